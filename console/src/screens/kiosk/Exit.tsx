import { ActionIcon, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { IconLock, IconMaximize } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { PinEntry } from "@/pay/PinEntry";
import { type KioskConfig, opens } from "./config";
import css from "./Exit.module.css";

/** The way out for staff, and the whole screen for payers. */
export function Exit({ lock, onExit }: { lock: KioskConfig["exit"]; onExit: () => void }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const leave = useMutation({
    mutationFn: async (pin: string) => {
      if (!(await opens(lock, pin))) throw new Error("wrong");
      if (document.fullscreenElement) await document.exitFullscreen();
      onExit();
    },
  });
  return (
    <div className={css.exit}>
      <ActionIcon variant="subtle" size={48} aria-label={t("kiosk.exit")} onClick={open}>
        <IconLock size={22} stroke={1.4} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        size={48}
        aria-label={t("live.fullscreen")}
        onClick={() => void document.documentElement.requestFullscreen()}
      >
        <IconMaximize size={22} stroke={1.4} />
      </ActionIcon>
      <Modal
        opened={opened}
        onClose={close}
        title={t("kiosk.exit")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <PinEntry shuffled busy={leave.isPending} onPin={(pin) => leave.mutate(pin)} />
        <p className={css.wrong} role="alert">
          {leave.isError && t("kiosk.exit_wrong")}
        </p>
      </Modal>
    </div>
  );
}
