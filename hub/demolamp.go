package hub

import (
	"context"
	"sync"

	"hubd/mqtt"
	"hubd/mqtt/device"
)

// startDemoLamp puts a lamp on the demo's broker that behaves as zigbee2mqtt shows one. It is on, at a brightness people read by.
func startDemoLamp(ctx context.Context, addr string) (*mqtt.Client, error) {
	lamp := device.NewDouble(demoTopic, 70, 2700)
	var mu sync.Mutex // a connect and a command come from different goroutines
	var client *mqtt.Client
	client, err := mqtt.New(mqtt.Options{
		URL: "mqtt://" + addr, ClientID: "demo-lamp", Insecure: true,
		OnUp: func() []mqtt.Message {
			mu.Lock()
			defer mu.Unlock()
			return []mqtt.Message{lamp.State()}
		},
		OnInbound: func(in mqtt.Inbound) {
			mu.Lock()
			defer mu.Unlock()
			for _, m := range lamp.Hear(in.Topic, in.Payload) {
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
