import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answered, client, type Wire } from "@/api/client";
import { Problem } from "@/api/problem";
import { enrolmentQuery } from "@/api/queries";
import { CameraView } from "@/kit/CameraView";
import { Loaded } from "@/kit/Loaded";
import { Trouble } from "@/kit/Trouble";
import { CameraChoice } from "@/pay/CameraChoice";
import { useCamera } from "@/pay/useCamera";
import css from "./Enrol.module.css";
import { Meters } from "./Meters";
import { PoseSteps } from "./PoseSteps";
import { RefusedPictures } from "./RefusedPictures";
import { useAdvice } from "./useAdvice";

interface Props {
  user: string;
  onEnrolled: (enrolment: Wire<"Enrolment">) => void;
  /** Somebody else looks like that: the id of what waits for a second person. */
  onReview: (enrolment: string) => void;
}

/** The face before a live camera, with what is missing at every moment. */
export function Capture({ user, onEnrolled, onReview }: Props) {
  const { t } = useTranslation();
  const { query, camera, choose } = useCamera();
  const enrol = useMutation({
    mutationFn: (camera: string) =>
      answered(client.POST("/users/{id}/faces", { params: { path: { id: user } }, body: { camera } })),
    onSuccess: onEnrolled,
    onError: (error) => {
      const { code, wire } = Problem.from(error);
      if (code === "face_duplicate" && wire.enrolment_id) onReview(wire.enrolment_id);
    },
  });
  const progress = useQuery({ ...enrolmentQuery(camera?.id ?? ""), enabled: enrol.isPending && Boolean(camera) });
  const going = enrol.isPending ? progress.data : undefined;
  const advice = useAdvice(going);
  const pictures = enrol.error ? (Problem.from(enrol.error).wire.pictures ?? []) : [];

  return (
    <Loaded query={query}>
      {({ items }) => (
        <div className={css.capture}>
          <div className={css.picture} data-good={going?.reasons.length === 0}>
            {camera && <CameraView camera={camera.id} />}
          </div>
          <div className={css.side}>
            <h2 className={css.head}>{t("enrol.face_title")}</h2>
            <p className={css.advice} role="status">
              {enrol.isPending ? (advice ?? t("enrol.hold")) : t("enrol.ready")}
            </p>
            <PoseSteps done={going?.done ?? []} wanted={going?.wanted ?? []} />
            <Meters faults={going?.faults ?? []} reasons={going?.reasons ?? []} active={Boolean(going)} />
            {pictures.length > 0 ? <RefusedPictures pictures={pictures} /> : <Trouble error={enrol.error} />}
            {!enrol.isPending && (
              <>
                <CameraChoice cameras={items} value={camera?.id ?? null} onChange={choose} />
                <Button size="lg" disabled={!camera} onClick={() => camera && enrol.mutate(camera.id)}>
                  {t(enrol.error ? "enrol.again" : "enrol.start")}
                </Button>
              </>
            )}
          </div>
        </div>
      )}
    </Loaded>
  );
}
