import { describe, expect, it } from 'vitest';
import { backendAdvice } from '../../src/hub/backend-advice.js';

describe('the advice about a backend that is away', () => {
  it.each([
    ["1045 (28000) Access denied for user 'u'@'h'", 'chronos-fleet set ann --password-stdin'],
    ["1049 (42000) Unknown database 'x'", 'chronos-fleet set ann backend.database='],
    ["1226 (42000) User 'u' has exceeded the 'max_user_connections' resource", 'somebody else uses'],
    ['connect ECONNREFUSED 127.0.0.1:3306', 'nothing listens there'],
    ['getaddrinfo ENOTFOUND db', 'does not know that name'],
    ['connect ETIMEDOUT', 'firewalls'],
  ])('on %s', (reason, words) => {
    expect(backendAdvice(`backend: ${reason}`, 'ann')).toContain(words);
  });

  it('is none where nothing is known', () => {
    expect(backendAdvice('backend: it closed the connection after 10450 ms', 'ann')).toBeUndefined();
  });
});
