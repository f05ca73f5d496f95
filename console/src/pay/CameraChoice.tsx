import { Select } from "@mantine/core";
import type { Wire } from "@/api/client";
import { useTranslation } from "react-i18next";

interface Props {
  cameras: Wire<"Camera">[];
  value: string | null;
  onChange: (camera: string) => void;
}

/** At which camera; one that is not live is named with its state, since nobody can pay there. */
export function CameraChoice({ cameras, value, onChange }: Props) {
  const { t } = useTranslation();
  const state = (camera: Wire<"Camera">) =>
    camera.health.state === "live" ? "" : ` – ${t(`state.${camera.health.state}`)}`;
  return (
    <Select
      label={t("pay.camera")}
      data={cameras.map((camera) => ({ value: camera.id, label: `${camera.id}${state(camera)}` }))}
      value={value}
      onChange={(chosen) => chosen && onChange(chosen)}
      allowDeselect={false}
    />
  );
}
