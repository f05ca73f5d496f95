import { answered, client, type Wire } from "@/api/client";
import { Problem } from "@/api/problem";
import { keepsCookies } from "./cookie";
import type { Grant } from "./credentials";
import { session } from "./session";

const RETRY_MS = 5_000;
/** The id of the key by which an appliance was set up, until it is revoked. */
const SETUP_KEY = "facepay.setup-key";

const bearer = (token: string | undefined) => (token ? { headers: { authorization: `Bearer ${token}` } } : {});

function grantOf(me: Wire<"Me">, token: string | undefined): Grant {
  return {
    ...(token ? { token } : {}),
    ...(me.csrf ? { csrf: me.csrf } : {}),
    id: me.id,
    name: me.name,
    role: me.role,
    permissions: me.permissions,
    totp: me.totp,
    totpRequired: me.totp_required,
    expiresAt: me.expires_at ?? null,
  };
}

/** Takes up the session of a token, or that of the browser's cookie, as the appliance knows it now. */
async function enter(token: string | undefined): Promise<void> {
  const me = await answered(client.GET("/operators/me", bearer(token)));
  session.begin(grantOf(me, token));
  if (!me.totp_required) await revokeSetupKey();
}

/** Signs staff in: into a cookie that no script reads, or, where the browser keeps none here, by a token for this tab. */
export async function signIn(name: string, password: string, code: string | null): Promise<void> {
  const body = { name, password, code, cookie: keepsCookies() };
  const opened = await answered(client.POST("/operators/login", { body }));
  await enter(opened.token ?? undefined);
}

/** Asks anew what whoever is signed in may do, such as after a device for one-time codes was set up. */
export function again(): Promise<void> {
  return enter(session.grant()?.token);
}

let resumed: Promise<void> | undefined;

/** Goes on with the session of an earlier page, once; when the appliance is away, as soon as it answers. */
export function resume(): Promise<void> {
  const ask = async () => {
    if (session.grant()) return;
    try {
      await enter(undefined);
    } catch (error) {
      if (Problem.from(error).isPassing) setTimeout(() => void ask(), RETRY_MS);
    }
  };
  resumed ??= ask();
  return resumed;
}

/** Ends the session at the appliance as well; an API key is only forgotten. */
export async function signOut(): Promise<void> {
  if (session.grant()?.id) await answered(client.POST("/operators/logout"));
  session.end();
}

/** Trades the code of the first start for a key, makes the first account with it, and signs in; nobody has to keep the key. */
export class FirstAccount {
  #key: Wire<"MintedKey"> | undefined;

  async make(code: string, name: string, password: string): Promise<void> {
    // The code works once: after a refused name or password the same key goes on.
    this.#key ??= await answered(client.POST("/setup", { body: { code, name: "console set-up" } }));
    sessionStorage.setItem(SETUP_KEY, this.#key.id);
    await answered(client.POST("/operators", { ...bearer(this.#key.key), body: { name, password, role: "admin" } }));
    await signIn(name, password, null);
  }
}

async function revokeSetupKey(): Promise<void> {
  const id = sessionStorage.getItem(SETUP_KEY);
  if (!id) return;
  sessionStorage.removeItem(SETUP_KEY);
  await client.DELETE("/keys/{id}", { params: { path: { id } } }).catch(() => undefined);
}
