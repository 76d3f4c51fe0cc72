// The package oidc-provider, unchanged, as a login service on this machine: node server.mjs PORT CALLBACK KID
//
// Instead of a page with a password it takes headers at its word: X-Subject is who signs in, X-Acr and X-Amr how.
// Everything else (discovery, keys, PKCE, codes, sessions, max_age, acr_values, ID tokens) is the package's own. Its
// key is new at each start.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";

const [port, callback, kid = "k1"] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = { ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "ES256" };

const provider = new Provider(issuer, {
  clients: [{
    client_id: "answerable",
    client_secret: "a secret that this proof made up",
    redirect_uris: [callback],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    token_endpoint_auth_method: "client_secret_basic",
    id_token_signed_response_alg: "ES256",
  }],
  jwks: { keys: [jwk] },
  acrValues: ["urn:proof:mfa"],
  claims: { openid: ["sub", "amr"], profile: ["name"], acr: null, auth_time: null },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  cookies: { keys: [randomUUID()] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `${id} of the proof` }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

const handle = provider.callback();
createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  if (!url.pathname.startsWith("/interaction/")) return handle(request, response);
  try {
    const { prompt, params } = await provider.interactionDetails(request, response);
    if (prompt.name === "login") {
      const [subject, acr, amr] = ["x-subject", "x-acr", "x-amr"].map((name) => request.headers[name]);
      const login = { accountId: subject ?? "ruth", ...(acr && { acr }), ...(amr && { amr: amr.split(",") }) };
      return await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
    }
    const grant = new provider.Grant({
      accountId: (await provider.Session.get(provider.createContext(request, response))).accountId,
      clientId: params.client_id,
    });
    grant.addOIDCScope("openid profile");
    return await provider.interactionFinished(
      request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true },
    );
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));
