import { useEffect, useState } from "react";
import { App } from "./App";
import { tokenOf } from "./link";
import { OpenDevice } from "./OpenDevice";
import "./touch.css";

/** What a payer who puts this page on their home screen opens there: not the console of staff. */
const MANIFEST = "/me.webmanifest";

/** The payer's own page, on the payer's own device: what is theirs, once a link and its code signed the device in. */
export function Me() {
  const [token, setToken] = useState(() => tokenOf(location.hash));
  useEffect(() => {
    const manifest = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
    if (manifest) manifest.href = MANIFEST;
    document.documentElement.dataset["for"] = "payer";
    return () => {
      delete document.documentElement.dataset["for"];
    };
  }, []);
  return token ? <OpenDevice token={token} onOpened={() => setToken(null)} /> : <App />;
}
