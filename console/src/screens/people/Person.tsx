import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { userQuery } from "@/api/queries";
import { useFormat } from "@/i18n/format";
import { Card } from "@/kit/Card";
import { Copied } from "@/kit/Copied";
import { Facts } from "@/kit/Facts";
import layout from "@/kit/layout.module.css";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { StateBadge } from "@/kit/StateBadge";
import { useMay } from "@/session/session";
import { Certificate } from "./Certificate";
import { Consents } from "./Consents";
import { Erase } from "./Erase";
import { FacePayment } from "./FacePayment";
import { Faces } from "./Faces";
import { Identity } from "./identity/Identity";
import { PersonDevices } from "./PersonDevices";
import { Pin } from "./Pin";
import { Status } from "./Status";
import { Wallets } from "./Wallets";

const route = getRouteApi("/console/people/$id");

/** One person: their money, their yes, their face, and the way to be forgotten. */
export function Person() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const format = useFormat();
  const may = useMay();
  const [certificate, setCertificate] = useState<Wire<"ErasureCertificate"> | null>(null);
  const query = useQuery({ ...userQuery(id), enabled: certificate === null });

  if (certificate) return <Certificate certificate={certificate} />;
  return (
    <Loaded query={query}>
      {(person) => (
        <Page
          title={person.name}
          actions={
            <>
              <Link to="/console/transactions" search={{ user: id }}>
                {t("people.payments")}
              </Link>
              {may("people.write") && <Status person={person} />}
            </>
          }
        >
          <div className={layout.columns}>
            <div className={layout.stack}>
              <Card title={t("people.about")}>
                <Facts
                  facts={[
                    [t("people.status"), <StateBadge key="status" state={person.status} />],
                    [t("people.email"), person.email],
                    [t("people.since"), format.when(person.created_at)],
                    [t("people.id"), <Copied key="id" text={person.id} short={12} />],
                  ]}
                />
              </Card>
              <Wallets person={person} />
              {may("people.write") && <Pin user={id} />}
            </div>
            <div className={layout.stack}>
              <Consents user={id} />
              <FacePayment user={id} />
              <Faces user={id} />
              <PersonDevices user={id} />
              {may("identity.check") && <Identity user={id} />}
              {may("people.erase") && <Erase person={person} onErased={setCertificate} />}
            </div>
          </div>
        </Page>
      )}
    </Loaded>
  );
}
