// Runs s verify and s preview on s.yaml, in several set-ups, and on broken copies of it,
// which have to fail. See scripts/manifests.sh.
//
//   node serverless.mjs <directory of node_modules> <schema of the component fc3>
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [modules, schema] = process.argv.slice(2).map((name) => path.resolve(name));
const manifest = fs.readFileSync(new URL('../../s.yaml', import.meta.url), 'utf8');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 's-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));

// A component of that name whose only ability is to say its schema.
const component = path.join(work, 'fc3');
fs.mkdirSync(component);
fs.writeFileSync(path.join(component, 'package.json'), '{"name": "fc3", "version": "0.0.0", "main": "index.js"}');
fs.writeFileSync(path.join(component, 'publish.yaml'), 'Edition: 3.0.0\nType: Component\nName: fc3\nVersion: 0.0.0\nDescription: A schema\n');
fs.writeFileSync(path.join(component, 'index.js'), `module.exports = class {
  async getSchema() { return require('fs').readFileSync(${JSON.stringify(schema)}, 'utf8'); }
};`);

const settings = {
  ALIBABA_CLOUD_ACCOUNT_ID: '1234567890123456',
  VOD_STORE: 'postgres://vod:secret@db.internal:5432/vod',
  VOD_AUTH_KEY: 'Nk7rTq2Zb9',
};
let directories = 0;

// s runs Serverless Devs in a directory that has nothing but this manifest and sees no
// environment but these settings. It resolves to whether that went well, and what was said.
function s(args, text, env) {
  const dir = path.join(work, String(directories++));
  fs.mkdirSync(dir);
  fs.writeFileSync(path.join(dir, 's.yaml'), text);
  const options = {
    cwd: dir,
    maxBuffer: 1 << 24,
    timeout: 60_000,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      FC3_COMPONENT: component,
      NODE_ENV: 'test', // it starts no process that reports its use or looks for updates
      ...env,
    },
  };
  const program = path.join(modules, 'node_modules/@serverless-devs/s/bin/s');
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => resolve({ ok: !error, said: stdout + stderr }));
  });
}

let failures = 0;
function check(ok, what, said = '') {
  console.log(`  ${ok ? 'ok    ' : 'FAILED'}  ${what}`);
  if (!ok) {
    failures++;
    console.log(said.replaceAll(/^/gm, '          '));
  }
}

// Set-ups that somebody may have, with what must then be in the functions.
const custom = 'custom.debian12';
for (const [name, more, holds] of [
  ['as it is', {}, (f) => f.http.runtime === 'go1' && f.mns.runtime === 'go1' && !('instanceConcurrency' in f.http)],
  ['custom runtime, both', { DEPLOY_HTTP_RUNTIME: custom, DEPLOY_MNS_RUNTIME: custom },
    (f) => f.http.runtime === custom && f.mns.runtime === custom && f.http.instanceConcurrency > 1],
  ['VPC', { DEPLOY_VPC_ID: 'vpc-1', DEPLOY_VSWITCH_IDS: '["vsw-1", "vsw-2"]', DEPLOY_SECURITY_GROUP_ID: 'sg-1' },
    (f) => f.http.vpcConfig.vSwitchIds.length === 2 && f.mns.vpcConfig.vpcId === 'vpc-1'],
  ['names, domain, warm instance', { DEPLOY_NAME: 'media', DEPLOY_DOMAIN: 'hooks.example.com', DEPLOY_CERT_ID: '17', DEPLOY_HTTP_INSTANCES: '1' },
    (f) => f.http.functionName === 'media-http' && f.mns.functionName === 'media-mns' && f.http.customDomain.domainName === 'hooks.example.com'],
]) {
  const env = { ...settings, ...more };
  const [verified, preview] = await Promise.all([s(['verify'], manifest, env), s(['preview', '-o', 'json'], manifest, env)]);
  check(verified.ok && verified.said.includes('passed'), `verify: ${name}`, verified.said);
  let resolved = false;
  try {
    const { resources } = JSON.parse(preview.said.slice(preview.said.indexOf('\n{')));
    const functions = { http: resources.http.props, mns: resources.mns.props };
    resolved = holds(functions) && !JSON.stringify(functions).includes('${') &&
      Object.values(functions).every((f) => f.code.endsWith('.zip') && f.environmentVariables.VOD_STORE === settings.VOD_STORE);
  } catch (error) {
    preview.said += error;
  }
  check(preview.ok && resolved, `preview: ${name}`, preview.said);
}

// What has no default must be given.
await Promise.all(Object.keys(settings).map(async (missing) => {
  const { [missing]: _, ...rest } = settings;
  const preview = await s(['preview', '-o', 'json'], manifest, rest);
  check(!preview.ok && preview.said.includes(missing), `refused: without ${missing}`, preview.said);
}));

// Broken copies: what is replaced by what, and what must then be said.
for (const [name, pattern, replacement, said] of [
  ['a runtime that nobody has', 'runtime: go1', 'runtime: go2', 'props/runtime must be equal to one of the allowed values'],
  ['a function without a name', /^ +functionName: .*\n/gm, '', "must have required property 'functionName'"],
  ['a time that is no number', 'timeout: 60', 'timeout: soon', 'props/timeout must be integer'],
  ['a trigger that nobody has', 'triggerType: mns_topic', 'triggerType: mns-topic', 'triggerType must be equal to one of the allowed values'],
  ['a setting that is no text', /^( +LOG_LEVEL:).*/gm, '$1 5', 'environmentVariables/LOG_LEVEL must be string'],
]) {
  const broken = manifest.replaceAll(pattern, replacement);
  const verified = await s(['verify'], broken, settings);
  check(broken !== manifest && !verified.ok && verified.said.includes(said), `refused: ${name}`, verified.said);
}
process.exitCode = failures ? 1 : 0;
