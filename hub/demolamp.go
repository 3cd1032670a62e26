package hub

import (
	"context"
	"sync"
	"time"

	"hubd/mqtt"
	"hubd/mqtt/device/sim"
)

// startDemoLamp puts a lamp on the demo's broker that behaves as zigbee2mqtt shows one. It is on, at a brightness people read by, and lives
// in the demo's time.
func startDemoLamp(ctx context.Context, addr string, now func() time.Duration) (*mqtt.Client, error) {
	lamp := sim.NewZigbee(sim.ZigbeeOptions{Topic: demoTopic, Light: sim.Light{On: true, Percent: 70, Kelvin: 2700}, MiredMin: 153, MiredMax: 500})
	var mu sync.Mutex // a connect and a command come from different goroutines
	var client *mqtt.Client
	client, err := mqtt.New(mqtt.Options{
		URL: "mqtt://" + addr, ClientID: "demo-lamp", Insecure: true,
		OnUp: func() []mqtt.Message {
			mu.Lock()
			defer mu.Unlock()
			return []mqtt.Message{lamp.Devices(demoBase, demoLamp), lamp.State()}
		},
		OnInbound: func(in mqtt.Inbound) {
			mu.Lock()
			defer mu.Unlock()
			for _, m := range lamp.Hear(now(), in.Topic, in.Payload) {
				_ = client.Publish(m) // the demo's own broker: a message that does not fit is the lamp's to lose
			}
		},
	})
	if err != nil {
		return nil, err
	}
	for _, topic := range lamp.Topics() {
		if err := client.Subscribe(topic); err != nil {
			return nil, err
		}
	}
	return client, client.Start(ctx)
}
