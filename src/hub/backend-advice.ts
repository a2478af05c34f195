// What to do about a backend that cannot be reached, by what the instance was told there.

type Advice = (user: string) => string;

/** By what stands in the instance's reason: the server's error number, or the system's code. The first that fits counts. */
const advices: readonly (readonly [RegExp, Advice])[] = [
  [
    /\b1045\b/,
    (user) =>
      `give the account's right password with "chronos-fleet set ${user} --password-stdin", or its name with backend.user=`,
  ],
  [/\b1049\b/, (user) => `name a schema that is there: chronos-fleet set ${user} backend.database=<name>`],
  [
    /\b(1203|1226)\b/,
    () => "somebody else uses the account's only connection; it goes on by itself when that has ended",
  ],
  [
    /\bECONNREFUSED\b/,
    () => 'nothing listens there: start the server, or look at backend.host and backend.port',
  ],
  [/\b(ENOTFOUND|EAI_AGAIN)\b/, () => 'this machine does not know that name: look at backend.host'],
  [/\b(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b/, () => 'look at backend.host and at firewalls in between'],
];

/** A remedy in words, or undefined where the reason says all that is known. */
export function backendAdvice(reason: string, user: string): string | undefined {
  return advices.find(([pattern]) => pattern.test(reason))?.[1](user);
}
