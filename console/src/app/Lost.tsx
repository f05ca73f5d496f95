import { Button } from "@mantine/core";
import { IconMapPinQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Notice } from "@/kit/Notice";

export function Lost() {
  const { t } = useTranslation();
  return (
    <main>
      <h1 className="hidden">FacePay</h1>
      <Notice icon={IconMapPinQuestion} title={t("problem.lost")} text={t("problem.lost_text")}>
        <Button component={Link} to="/console">
          {t("nav.live")}
        </Button>
      </Notice>
    </main>
  );
}
