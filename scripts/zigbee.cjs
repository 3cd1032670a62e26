// Runs payloads for zigbee2mqtt through the real converters of every light that the npm package zigbee-herdsman-converters knows.
//
// In: [[{"brightness":76,"transition":10}, …], …] on stdin, a list of payloads for each light in the order of the output; [] for none. Out: one line of JSON a light: vendor, model, its exposes, and for each payload
// the Zigbee commands that come of it, the state that zigbee2mqtt tells at once, and the one it tells when the lamp reports that it obeyed.
// The converters are called as zigbee2mqtt does: the first one that knows the key, each once a message.
'use strict';
const fs = require('fs');
const path = require('path');
const entry = require.resolve('zigbee-herdsman-converters', {paths: [process.argv[2]]});
const zhc = require(entry);
console.log = console.info = console.debug = console.error; // stdout is for results
zhc.setLogger?.(Object.fromEntries(['debug', 'info', 'warning', 'error'].map((level) => [level, () => {}])));

// within bounds a converter that waits for a real lamp's answer.
function within(ms, promise) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error('no end within ' + ms + ' ms')), ms);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// The name of the class is looked at.
class Endpoint {
	constructor(address) {
		this.ID = 1;
		this.deviceIeeeAddress = address;
		this.meta = {};
		this.sent = [];
	}
	getDevice() { return device; }
	supportsInputCluster() { return true; }
	supportsOutputCluster() { return false; }
	getClusterAttributeValue() { return undefined; }
	saveClusterAttributeKeyValue() {}
	async read() { return {}; }
	async write(cluster, payload) { this.sent.push({cluster, command: 'write', payload}); }
	async command(cluster, command, payload) { this.sent.push({cluster, command, payload}); }
}

const device = {
	ieeeAddr: '0x0000000000000001', modelID: '', manufacturerName: '', manufacturerID: 0, meta: {}, customClusters: {}, endpoints: [],
	getEndpoint() { return this.endpoints[0]; },
};

function merge(state, result) {
	if (result && result.state) Object.assign(state, result.state);
}

let lamps = 0;

// send plays a lamp that nobody has commanded for long: converters remember running transitions by address.
async function send(definition, message) {
	device.ieeeAddr = '0x' + (++lamps).toString(16).padStart(16, '0');
	const entity = new Endpoint(device.ieeeAddr);
	device.endpoints = [entity];
	const state = {state: 'ON', brightness: 100, color_temp: 370, color_mode: 'color_temp'};
	const told = {};
	const used = new Set();
	const meta = {message, state, mapped: definition, device, options: {}, endpoint_name: undefined, publish: () => {}, membersState: undefined};
	for (const key of Object.keys(message)) {
		const converter = definition.toZigbee.find((c) => c.key && c.key.includes(key));
		if (!converter || !converter.convertSet || used.has(converter)) continue;
		used.add(converter);
		merge(told, await converter.convertSet(entity, key, message[key], meta));
	}
	return {sent: entity.sent, told, reported: report(definition, entity, state)};
}

// report is what zigbee2mqtt makes of the attributes that an obedient lamp reports.
function report(definition, endpoint, state) {
	const out = {};
	for (const {cluster, payload} of endpoint.sent) {
		const reports = [];
		if (cluster === 'genLevelCtrl' && payload.level !== undefined) {
			reports.push(['genLevelCtrl', {currentLevel: payload.level}], ['genOnOff', {onOff: payload.level > 0 ? 1 : 0}]);
		}
		if (cluster === 'lightingColorCtrl' && payload.colortemp !== undefined) {
			reports.push(['lightingColorCtrl', {colorTemperature: payload.colortemp, colorMode: 2}]);
		}
		for (const [name, data] of reports) {
			for (const c of definition.fromZigbee) {
				if (c.cluster !== name || !c.type.includes('attributeReport')) continue;
				const message = {data, endpoint, device, meta: {}, groupID: 0, type: 'attributeReport', cluster: name, linkquality: 90};
				Object.assign(out, c.convert(definition, message, () => {}, {}, {state: {...state, ...out}, device, logger: console, deviceExposesChanged: () => {}}));
			}
		}
	}
	return out;
}

async function main() {
	const payloads = JSON.parse(fs.readFileSync(0, 'utf8'));
	let light = 0;
	const folder = path.join(path.dirname(entry), 'devices');
	const files = fs.readdirSync(folder).filter((f) => f.endsWith('.js') && f !== 'index.js').sort();
	for (const file of files) {
		for (const raw of require(path.join(folder, file)).definitions || []) {
			const definition = zhc.prepareDefinition(raw);
			let exposes = definition.exposes;
			if (typeof exposes === 'function') exposes = exposes({isDummyDevice: true}, {});
			if (!exposes.some((e) => e.type === 'light')) continue;
			const results = [];
			for (const message of payloads[light++] || []) {
				try {
					results.push(await within(2000, send(definition, {...message})));
				} catch (e) {
					results.push({error: String(e.message || e)});
				}
			}
			fs.writeSync(1, JSON.stringify({vendor: raw.vendor, model: raw.model, exposes, results}) + '\n');
		}
	}
}

main().catch((e) => {
	console.error(e);
	process.exit(1);
});
