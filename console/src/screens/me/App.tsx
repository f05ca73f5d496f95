import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { IconLinkOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "@/api/client";
import { Failure } from "@/kit/Failure";
import { Notice } from "@/kit/Notice";
import { Waiting } from "@/kit/Waiting";
import { EntryPage } from "@/screens/login/EntryPage";
import { Data } from "./Data";
import { useIsOut } from "./device";
import { Devices } from "./Devices";
import { Erased } from "./Erased";
import { Frame } from "./Frame";
import { Overview } from "./Overview";
import { forget, ownQuery } from "./queries";
import { Receipt } from "./Receipt";
import { Receipts } from "./Receipts";
import { meSearch } from "./search";

/** What is the person's own, where this device is signed in; else how it gets to be. */
export function App() {
  const { t } = useTranslation();
  const { view = "overview", receipt } = meSearch(useSearch({ strict: false }));
  const [certificate, setCertificate] = useState<Wire<"ErasureCertificate"> | null>(null);
  const isOut = useIsOut();
  const query = useQuery({ ...ownQuery, enabled: !isOut });
  useEffect(() => {
    // Ended from elsewhere, as when the device was lost: what it kept goes, too.
    if (isOut) void forget();
  }, [isOut]);

  if (certificate) return <Erased certificate={certificate} />;
  if (isOut) {
    return (
      <EntryPage title={t("me.title")} lead={t("me.lead")}>
        <Notice icon={IconLinkOff} title={t("me.no_link")} text={t("me.no_link_text")} />
      </EntryPage>
    );
  }
  if (query.data) {
    const { value: own, isOld, at } = query.data;
    return (
      <Frame view={receipt ? "receipts" : view} old={isOld ? at : null}>
        {receipt ? (
          <Receipt id={receipt} />
        ) : (
          {
            overview: () => <Overview own={own} />,
            receipts: () => <Receipts />,
            data: () => <Data own={own} onErased={setCertificate} />,
            devices: () => <Devices />,
          }[view]()
        )}
      </Frame>
    );
  }
  return (
    <EntryPage title={t("me.title")} lead={t("me.lead")}>
      {query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Waiting lines={3} />}
    </EntryPage>
  );
}
