// The task of a fleet for the Task Scheduler of Windows: `up` when the machine starts, without anybody logged on.
import { win32 } from 'node:path';
import { argumentsOf, xmlText } from './service.js';
import type { BootService, BootSubject } from './service.js';

export function taskService(subject: BootSubject): BootService {
  const { root, id } = subject;
  const file = win32.join(root, 'instances', '.supervisor', 'startup.xml');
  const name = `Chronos Fleet ${id}`;
  const literal = `'${file.replaceAll("'", "''")}'`;
  return {
    kind: 'task',
    file,
    text: taskText(subject),
    links: [],
    enable: [
      `Register-ScheduledTask -TaskName '${name}' -Xml (Get-Content -Raw -Encoding UTF8 -LiteralPath ${literal})`,
    ],
    forget: [`Unregister-ScheduledTask -TaskName '${name}' -Confirm:$false`],
  };
}

function taskText(subject: BootSubject): string {
  const [node = '', ...words] = argumentsOf(subject, 'up');
  return `<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Chronos Fleet in ${xmlText(subject.root)}</Description></RegistrationInfo>
  <Triggers><BootTrigger><Enabled>true</Enabled></BootTrigger></Triggers>
  <Principals><Principal id="Author">
    <UserId>${xmlText(subject.account.name)}</UserId>
    <LogonType>S4U</LogonType>
    <RunLevel>LeastPrivilege</RunLevel>
  </Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author"><Exec>
    <Command>${xmlText(node)}</Command>
    <Arguments>${xmlText(words.map(windowsWord).join(' '))}</Arguments>
  </Exec></Actions>
</Task>
`;
}

/** A word as Windows programs read it off their command line; a backslash counts only in front of a quote. */
function windowsWord(word: string): string {
  return `"${word.replaceAll(/(\\*)("|$)/g, '$1$1$2').replaceAll('"', String.raw`\"`)}"`;
}
