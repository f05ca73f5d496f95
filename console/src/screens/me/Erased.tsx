import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconDownload, IconShare } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { ErasureProof } from "@/kit/ErasureProof";
import { save } from "@/kit/save";
import { Trouble } from "@/kit/Trouble";
import { EntryPage } from "@/screens/login/EntryPage";
import css from "./Me.module.css";
import { canShare, jsonFile, share } from "./share";

/** The proof of the erasure. It is shown once: neither the appliance nor this device keeps anything to show it again. */
export function Erased({ certificate }: { certificate: Wire<"ErasureCertificate"> }) {
  const { t } = useTranslation();
  const file = jsonFile(`erasure-${certificate.user_id}.json`, certificate);
  const hand = useMutation({ mutationFn: () => share(file, t("people.erased")) });
  return (
    <EntryPage title={t("me.erased")} lead={t("people.erased_text")}>
      <div className={css.stack}>
        <ErasureProof certificate={certificate} brief />
        <div className={css.actions}>
          {canShare(file) && (
            <Button
              size="md"
              variant="default"
              leftSection={<IconShare size={18} stroke={1.6} aria-hidden />}
              loading={hand.isPending}
              onClick={() => hand.mutate()}
            >
              {t("me.share")}
            </Button>
          )}
          <Button
            size="md"
            leftSection={<IconDownload size={18} stroke={1.6} aria-hidden />}
            onClick={() => save(file.name, file)}
          >
            {t("common.save_file")}
          </Button>
        </div>
        <Trouble error={hand.error} />
      </div>
    </EntryPage>
  );
}
