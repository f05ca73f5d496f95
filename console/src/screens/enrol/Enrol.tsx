import { Stepper } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Card } from "@/kit/Card";
import { Page } from "@/kit/Page";
import { Agree } from "./Agree";
import { Capture } from "./Capture";
import css from "./Enrol.module.css";
import { Finished } from "./Finished";
import { NewPerson } from "./NewPerson";

const route = getRouteApi("/console/enrol");

/** From nobody to somebody who can pay: who they are, their yes, their face, and the check that they are not enrolled already. */
export function Enrol() {
  const { t } = useTranslation();
  const { user: known } = route.useSearch();
  const [user, setUser] = useState<string | null>(known ?? null);
  const [agreed, setAgreed] = useState(false);
  const [enrolment, setEnrolment] = useState<Wire<"Enrolment"> | null>(null);
  const [review, setReview] = useState<string | null>(null);
  const finished = enrolment !== null || review !== null;
  const active = finished ? 3 : agreed ? 2 : user ? 1 : 0;
  const startAnew = () => {
    setUser(null);
    setAgreed(false);
    setEnrolment(null);
    setReview(null);
  };
  return (
    <Page title={t("enrol.title")} lead={t("enrol.lead")}>
      <Stepper active={active} size="sm" allowNextStepsSelect={false} className={css.steps} aria-label={t("enrol.steps")}>
        {["person", "consent", "face", "done"].map((step) => (
          <Stepper.Step key={step} label={t(`enrol.step_${step}`)} />
        ))}
      </Stepper>
      <Card>
        {active === 0 && <NewPerson onPerson={setUser} />}
        {active === 1 && user && <Agree user={user} onAgreed={() => setAgreed(true)} />}
        {active === 2 && user && <Capture user={user} onEnrolled={setEnrolment} onReview={setReview} />}
        {active === 3 && user && (
          <Finished user={user} enrolment={enrolment} review={review} onNext={startAnew} />
        )}
      </Card>
    </Page>
  );
}
