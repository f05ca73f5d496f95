import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answered, client, once, type Wire } from "@/api/client";
import { useFormat } from "@/i18n/format";
import { Decision } from "./Decision";

/** A face that looks like somebody else's: two people, or one who is enrolled already. */
export function EnrolmentRow({ enrolment }: { enrolment: Wire<"EnrolmentReview"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const decide = useMutation({
    mutationFn: (yes: boolean) => {
      const request = { params: { path: { id: enrolment.id }, header: once() }, body: {} };
      return yes
        ? answered(client.POST("/enrolments/{id}/approve", request))
        : answered(client.POST("/enrolments/{id}/reject", request));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["/enrolments"] }),
  });
  return (
    <Decision
      state={enrolment.state}
      isOpen={enrolment.state === "review"}
      busy={decide.isPending}
      error={decide.error}
      onDecide={(yes) => decide.mutate(yes)}
    >
      <p>
        <Link to="/console/people/$id" params={{ id: enrolment.user_id }}>
          {t("reviews.person")}
        </Link>{" "}
        {t("reviews.looks_like")}{" "}
        {enrolment.duplicates.map(({ user_id, similarity }) => (
          <Link key={user_id} to="/console/people/$id" params={{ id: user_id }}>
            {t("reviews.other", { similarity: format.number(similarity, 3) })}
          </Link>
        ))}
      </p>
      <p className="small soft">
        {t("reviews.asked", { by: enrolment.requested_by, when: format.ago(enrolment.requested_at) })}
      </p>
    </Decision>
  );
}
