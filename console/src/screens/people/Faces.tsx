import { ActionIcon, Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answered, client } from "@/api/client";
import { listQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { Trouble } from "@/kit/Trouble";
import { useMay } from "@/session/session";

/** The templates by which a person is recognised; no picture is kept, so none can be shown. */
export function Faces({ user }: { user: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const queries = useQueryClient();
  const query = useQuery(listQuery("/users/{id}/faces", { path: { id: user } }));
  const remove = useMutation({
    mutationFn: (fid: string) =>
      answered(client.DELETE("/users/{id}/faces/{fid}", { params: { path: { id: user, fid } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["/users/{id}/faces"] }),
  });
  return (
    <Card
      title={t("people.faces")}
      note={t("people.faces_text")}
      actions={
        may("people.write") && (
          <Button component={Link} to="/console/enrol" search={{ user } as never} variant="default" size="xs">
            {t("people.enrol_face")}
          </Button>
        )
      }
    >
      <Loaded query={query} lines={2}>
        {({ items }) => (
          <>
            {items.length === 0 && <p className="soft">{t("people.no_face")}</p>}
            {items.map((face) => (
              <div key={face.id} className={layout.line}>
                <div>
                  <p>{t(`people.face_${face.kind}`, { defaultValue: face.kind })}</p>
                  <p className="small soft number">
                    {t("people.face_of", { day: format.day(face.created_at), quality: format.percent(face.quality) })}
                  </p>
                </div>
                {face.kind === "member" && may("people.write") && (
                  <ActionIcon
                    variant="subtle"
                    size="lg"
                    aria-label={t("people.face_remove")}
                    loading={remove.isPending && remove.variables === face.id}
                    onClick={() => remove.mutate(face.id)}
                  >
                    <IconTrash size={18} stroke={1.6} />
                  </ActionIcon>
                )}
              </div>
            ))}
            <Trouble error={remove.error} />
          </>
        )}
      </Loaded>
    </Card>
  );
}
