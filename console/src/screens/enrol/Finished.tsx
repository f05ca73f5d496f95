import { Button } from "@mantine/core";
import { IconUserQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Notice } from "@/kit/Notice";
import { Done } from "@/pay/Done";
import till from "@/screens/checkout/Till.module.css";
import css from "./Enrol.module.css";

interface Props {
  user: string;
  enrolment: Wire<"Enrolment"> | null;
  review: string | null;
  onNext: () => void;
}

export function Finished({ user, enrolment, review, onNext }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const quality = Math.max(0, ...(enrolment?.faces ?? []).map((face) => face.quality));
  const actions = (
    <>
      <Button component={Link} to="/console/people/$id" params={{ id: user } as never}>
        {t("enrol.see")}
      </Button>
      <Button variant="default" onClick={onNext}>
        {t("enrol.another")}
      </Button>
    </>
  );
  if (review) {
    return (
      <Notice icon={IconUserQuestion} title={t("enrol.review")} text={t("enrol.review_text")}>
        <Button component={Link} to="/console/reviews">
          {t("nav.reviews")}
        </Button>
        {actions}
      </Notice>
    );
  }
  return (
    <div className={till.centre} role="status">
      <Done />
      <p className={till.say}>{t("enrol.finished")}</p>
      <p className="soft">
        {t("enrol.finished_text", { count: enrolment?.faces.length ?? 0, quality: format.percent(quality) })}
      </p>
      <div className={css.actions}>{actions}</div>
    </div>
  );
}
