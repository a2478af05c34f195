// chronos-fleet demo: the story it shows, and its options.
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.js';

describe('demo --show-problem', () => {
  it('shows the drop, then both alive through a port, and exits with 0', async () => {
    const { code, stdout, stderr } = await runCli(['demo', '--show-problem']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/A asks again: +Connection lost/);
    expect(stdout).toMatch(/round 3: A and B ask at once: 14 sales on 2023-05-05 \/ 14 sales on 2023-05-05/);
    expect(stdout).toContain('@me is A and B');
    expect(stdout).toContain('through the port both live');
    expect(code).toBe(0);
  });

  it('tells the same as JSON', async () => {
    const { code, stdout } = await runCli(['demo', '--show-problem', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      droppedDirectly: true,
      bothLive: true,
      droppedThroughPort: 0,
      asPromised: true,
    });
    expect(code).toBe(0);
  });
});

describe('demo', () => {
  it.each(['0', '65536', 'x', '-1'])('refuses --port %s', async (port) => {
    const { code, stderr } = await runCli(['demo', `--port=${port}`]);
    expect(code).toBe(2);
    expect(stderr).toContain(`--port '${port}' is not possible`);
  });
});
