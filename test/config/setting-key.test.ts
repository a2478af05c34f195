import { describe, expect, it } from 'vitest';
import { isKeyPath } from '../../src/config/keys.js';
import { keyOfSetting } from '../../src/config/setting-key.js';
import { settingsOf } from '../supervisor/fixtures.js';

function pathsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    typeof part === 'object' && part !== null ? pathsOf(part, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

describe('the key of a setting', () => {
  it('is one of the map, for every setting that a key decides', () => {
    const everything = settingsOf('user1', {
      tls: { certFile: 'c', keyFile: 'k', required: true },
      backend: {
        ...settingsOf('user1').backend,
        ...{ database: 'd', demo: true, tls: { mode: 'verify', caFile: 'ca' } },
      },
    });
    const decided = pathsOf(everything).filter((path) => !['user', 'folder'].includes(path));
    expect(decided.map(keyOfSetting).filter((key) => !isKeyPath(key))).toEqual([]);
    expect(decided).toContain('backend.tls.caFile');
  });

  it('has neither unit nor capitals', () => {
    expect(['pinTimeoutMs', 'logMaxSizeBytes', 'backend.poolSize'].map(keyOfSetting)).toEqual([
      ...['pin_timeout', 'log_max_size', 'backend.pool_size'],
    ]);
  });
});
