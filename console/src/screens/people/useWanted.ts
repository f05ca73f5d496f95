import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

const ASKED_AFTER_MS = 300;

/** What is looked for: as it is typed, and as it is asked for and stands in the address once the typing pauses. */
export function useWanted(inAddress: string) {
  const navigate = useNavigate({ from: "/console/people" });
  const [wanted, want] = useState(inAddress);
  const [asked] = useDebouncedValue(wanted.trim(), ASKED_AFTER_MS);
  const told = useRef(inAddress);
  useEffect(() => {
    if (asked === told.current) return;
    told.current = asked;
    void navigate({ search: asked ? { q: asked } : {}, replace: true });
  }, [asked, navigate]);
  useEffect(() => {
    // Changed from elsewhere, as by the palette, and not by what was typed here a moment ago.
    if (inAddress === told.current) return;
    told.current = inAddress;
    want(inAddress);
  }, [inAddress]);
  return { wanted, asked, want };
}
