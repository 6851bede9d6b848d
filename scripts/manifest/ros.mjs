// Holds template.yaml, and broken copies of it, against Alibaba Cloud's typed packages for
// ROS (@alicloud/ros-cdk-*), as far as they know its types. See scripts/manifests.sh.
//
//   node ros.mjs <directory of node_modules>
//
// The packages are generated from the specification of ROS. They refuse wrong types and
// missing properties, but drop without a word what they do not know. So each resource is
// made of its resolved properties, and what comes out has to be what went in.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const modules = path.resolve(process.argv[2], 'node_modules');
const require = createRequire(path.join(modules, 'ros.js'));
const { parseDocument, isMap, isSeq } = require('yaml');
const { App, Stack } = require('@alicloud/ros-cdk-core');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'ros-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));

// types are the classes by type of resource, each with the shapes of its package: a shape
// is what a generated function renders, the name of each property in templates and classes.
const types = {};
for (const dir of fs.readdirSync(path.join(modules, '@alicloud'))) {
  const lib = path.join(modules, '@alicloud', dir, 'lib');
  for (const file of fs.readdirSync(lib).filter((name) => name.endsWith('.generated.js'))) {
    const source = fs.readFileSync(path.join(lib, file), 'utf8');
    const shapes = {};
    for (const [, name, body] of source.matchAll(/^function (ros\w+ToRosTemplate)\(([\s\S]*?)^\}/gm)) {
      shapes[name] = {};
      for (const [, key, mapper, property] of body.matchAll(/^ +'(\w+)': (.*)\(properties\.(\w+)\),$/gm)) {
        shapes[name][key] = { property, inner: mapper.match(/\bros[A-Z]\w*PropertyToRosTemplate/)?.[0] };
      }
    }
    for (const [name, type] of Object.entries(require(path.join(lib, file)))) {
      if (type.ROS_RESOURCE_TYPE_NAME) {
        types[type.ROS_RESOURCE_TYPE_NAME] = { type, shapes, shape: `ros${name.slice('Ros'.length)}PropsToRosTemplate` };
      }
    }
  }
}

// converted returns the value with the names that classes have for properties.
function converted(value, shape, shapes, where, problems) {
  if (Array.isArray(value)) return value.map((v, i) => converted(v, shape, shapes, `${where}[${i}]`, problems));
  if (!shape || value === null || typeof value !== 'object') return value;
  const properties = {};
  for (const [key, inner] of Object.entries(value)) {
    const known = shapes[shape][key];
    if (known) properties[known.property] = converted(inner, known.inner, shapes, `${where}.${key}`, problems);
    else problems.push(`${where}.${key}: there is no such property`);
  }
  return properties;
}

// resolve returns the value of a node of the template with these parameters. What only a
// stack knows is made up.
function resolve(node, t) {
  const call = node?.tag?.startsWith('!') ? node.tag.slice(1) : '';
  const argument = (i) => resolve(node.items[i], t);
  const name = call && typeof node.value === 'string' ? node.value : '';
  switch (call) {
    case 'Ref': return reference(name, t);
    case 'GetAtt': return attribute(name, t);
    case 'Equals': return argument(0) === argument(1);
    case 'Not': return !truth(node.items[0], t);
    case 'And': return node.items.every((item) => truth(item, t));
    case 'If': return truth(node.items[0], t) ? argument(1) : argument(2);
    case 'Sub': {
      const values = isSeq(node) ? argument(1) : {};
      const text = isSeq(node) ? argument(0) : node.value;
      return text.replace(/\$\{([^}!]+)\}/g, (_, key) => values[key] ?? (key.includes('.') ? attribute(key, t) : reference(key, t)));
    }
    case '': break;
    default: throw new Error(`!${call} is not resolved here`);
  }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => [key.value, resolve(value, t)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (isSeq(node)) return node.items.map((item) => resolve(item, t)).filter((value) => value !== undefined);
  return node?.value ?? null;
}

// truth returns what a condition is, or one of the name.
function truth(node, t) {
  return node.tag?.startsWith('!') ? resolve(node, t) : resolve(t.document.getIn(['Conditions', node.value], true), t);
}

// attribute returns what a resource is given as a property of that name, or something.
function attribute(name, t) {
  const [id, attr] = name.split('.');
  if (!t.document.hasIn(['Resources', id])) throw new Error(`nothing is called ${id}`);
  const property = t.document.getIn(['Resources', id, 'Properties', attr], true);
  return property ? resolve(property, t) : name.toLowerCase().replaceAll('.', '-');
}

function reference(name, { document, parameters }) {
  const given = { 'ALIYUN::Region': 'cn-shanghai', 'ALIYUN::TenantId': '1234567890123456', 'ALIYUN::StackName': 'vod', 'ALIYUN::NoValue': undefined };
  if (name in given) return given[name];
  if (name in parameters) return parameters[name];
  if (document.hasIn(['Resources', name])) return name.toLowerCase();
  throw new Error(`nothing is called ${name}`);
}

// parametersOf returns the values of all parameters: those by default, or such that
// everything in the template is made.
function parametersOf(document, everything) {
  const parameters = {};
  for (const { key, value } of document.get('Parameters').items) {
    const fallback = value.get('Default');
    const type = value.get('Type');
    if (type === 'Boolean') parameters[key.value] = everything || fallback === true;
    else if (type === 'CommaDelimitedList') parameters[key.value] = everything ? ['example'] : undefined;
    else if (type === 'Number') parameters[key.value] = fallback ?? value.get('MinValue') ?? 1;
    else if (everything && value.has('AllowedValues')) parameters[key.value] = value.get('AllowedValues').toJSON().at(-1);
    else parameters[key.value] = fallback || (everything || fallback == null ? 'example' : fallback);
  }
  return parameters;
}

// check returns what is wrong with the template, and counts what it held against a type.
function check(text, everything, counts = {}) {
  const document = parseDocument(text, { logLevel: 'silent' });
  const problems = document.errors.map(String);
  if (problems.length) return problems;
  const t = { document, parameters: parametersOf(document, everything) };
  for (const { key, value: resource } of document.get('Resources').items) {
    const [id, typeName] = [key.value, resource.get('Type')];
    const condition = resource.get('Condition');
    if (condition && !resolve(document.getIn(['Conditions', condition], true), t)) continue;
    const known = types[typeName];
    const covered = Object.keys(types).some((name) => name.split('::')[1] === typeName.split('::')[1]);
    if (!known) {
      if (covered) problems.push(`${id}: there is no type ${typeName}`);
      else (counts.unknown ??= new Set()).add(typeName);
      continue;
    }
    counts.held = (counts.held ?? 0) + 1;
    try {
      const properties = resolve(resource.get('Properties', true), t);
      const props = converted(properties, known.shape, known.shapes, id, problems);
      const stack = new Stack(new App({ outdir: work }), 'stack');
      new known.type(stack, id, props, true);
      const made = stack._toRosTemplate().Resources[id].Properties ?? {};
      if (!problems.length && !isDeepStrictEqual(JSON.parse(JSON.stringify(made)), properties)) {
        problems.push(`${id}: it comes out as ${JSON.stringify(made)}`);
      }
    } catch (error) {
      problems.push(`${id}: ${error.message.split('\nObject creation stack')[0]}`);
    }
  }
  return problems;
}

let failures = 0;
function report(ok, what, problems) {
  console.log(`  ${ok ? 'ok    ' : 'FAILED'}  ${what}`);
  if (!ok) {
    failures++;
    console.log(problems.join('\n').replaceAll(/^/gm, '          '));
  }
}

const template = fs.readFileSync(new URL('../../template.yaml', import.meta.url), 'utf8');
for (const [name, everything] of [['as it is', false], ['with all that is optional', true]]) {
  const counts = {};
  const problems = check(template, everything, counts);
  report(!problems.length, `${name}: ${counts.held} resources; not covered: ${[...(counts.unknown ?? [])].join(', ')}`, problems);
}

// Broken copies: what is replaced by what, and what must then be said.
for (const [name, pattern, replacement, said] of [
  ['a misspelt property', /^( +)RetentionPeriod:|^( +)TTL:/m, '$1$2Retention:', 'there is no such property'],
  ['a misspelt property of a function', /^( +)MemorySize:/m, '$1MemorySise:', 'HttpFunction.MemorySise: there is no such property'],
  ['a misspelt property inside', 'PreStop: {Handler: main, Timeout: 15}', 'PreStop: {Handler: main, TimeOut: 15}', 'PreStop.TimeOut: there is no such property'],
  ['a time that is no number', /^( +)Timeout: 60/m, '$1Timeout: soon', 'should be a number'],
  ['a trigger without a type', /^ +TriggerType: http\n/m, '', 'triggerType: required but missing'],
  ['a role without a name', /^ +RoleName: .*\n/m, '', 'roleName: required but missing'],
  ['too many attempts', 'MaxAsyncRetryAttempts: 3', 'MaxAsyncRetryAttempts: 30', 'is larger than'],
  ['a type that nobody has', 'Type: ALIYUN::FC3::Function', 'Type: ALIYUN::FC3::Functions', 'there is no type ALIYUN::FC3::Functions'],
]) {
  const broken = template.replace(pattern, replacement);
  const problems = check(broken, true);
  report(broken !== template && problems.some((problem) => problem.includes(said)), `refused: ${name}`, problems);
}
process.exitCode = failures ? 1 : 0;
