// Reads files as the stock modelers do and writes them again: {bpmn: [], dmn: [], templates: []} in, JSON out.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { BpmnModdle } from 'bpmn-moddle';
import { DmnModdle } from 'dmn-moddle';
import { validateAll, validateAllZeebe } from '@bpmn-io/element-templates-validator';

const require = createRequire(import.meta.url);
const camunda = require('camunda-bpmn-moddle/resources/camunda.json');
const zeebe = require('zeebe-bpmn-moddle/resources/zeebe.json');

// A diagram belongs to one of the two platforms; the modeler looks at the namespace, and so do we.
const extensions = (xml) => (xml.includes('http://camunda.org/schema/zeebe/') ? { zeebe } : { camunda });

async function read(path, modeler, ...type) {
  try {
    const source = readFileSync(path, 'utf8');
    const moddle = modeler(source);
    const { rootElement, warnings } = await moddle.fromXML(source, ...type);
    const { xml } = await moddle.toXML(rootElement, { format: true });
    return { warnings: warnings.map((warning) => warning.message), xml };
  } catch (error) {
    return { warnings: [ ...(error.warnings ?? []), error ].map((warning) => warning.message), xml: null };
  }
}

function check(path) {
  const templates = JSON.parse(readFileSync(path, 'utf8'));
  const cloud = JSON.stringify(templates).includes('zeebe:');
  const { results } = (cloud ? validateAllZeebe : validateAll)(templates);
  return results.map(({ object, valid, errors, warnings }) => ({
    id: object.id,
    valid,
    complaints: [ ...(errors ?? []), ...(warnings ?? []) ].map((one) => `${one.dataPath ?? one.instancePath}: ${one.message}`)
  }));
}

const asked = JSON.parse(readFileSync(0, 'utf8'));
const told = { diagrams: {}, tables: {}, templates: {} };
for (const path of asked.bpmn) told.diagrams[path] = await read(path, (xml) => new BpmnModdle(extensions(xml)));
for (const path of asked.dmn) told.tables[path] = await read(path, () => new DmnModdle(), 'dmn:Definitions');
for (const path of asked.templates) told.templates[path] = check(path);
process.stdout.write(JSON.stringify(told));
