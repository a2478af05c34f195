// The account of a port as it is now: a session may give it another password, with which the next backend connection logs in.

import type { InstanceSettings } from '../config/types.js';

export interface Account {
  /** The settings of the instance, with the passwords of now wherever they are looked at. */
  readonly settings: InstanceSettings;
  /** The account has another password on the server; so it is for clients that log in with it, too. */
  changePassword(password: string): void;
}

export function createAccount(settings: InstanceSettings): Account {
  const { backend, client } = settings;
  const isShared = client.user === backend.user && client.password === backend.password;
  let changed: string | null = null;
  return {
    settings: {
      ...settings,
      backend: {
        ...backend,
        get password() {
          return changed ?? backend.password;
        },
      },
      client: {
        ...client,
        get password() {
          return (isShared ? changed : null) ?? client.password;
        },
      },
    },
    changePassword(password) {
      changed = password;
    },
  };
}
