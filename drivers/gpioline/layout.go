package gpioline

import "encoding/binary"

// Requests to the character device, uapi/linux/gpio.h: direction, size of the argument, 0xB4, number. They are the same on 32 and 64 bit,
// since every structure aligns its 64-bit fields by itself.
const (
	ioctlChipInfo  = 0x8044B401 // GPIO_GET_CHIPINFO_IOCTL
	ioctlLineInfo  = 0xC100B405 // GPIO_V2_GET_LINEINFO_IOCTL
	ioctlLine      = 0xC250B407 // GPIO_V2_GET_LINE_IOCTL
	ioctlGetValues = 0xC010B40E // GPIO_V2_LINE_GET_VALUES_IOCTL
	ioctlSetValues = 0xC010B40F // GPIO_V2_LINE_SET_VALUES_IOCTL
)

// nameSize is the room for a name, GPIO_MAX_NAME_SIZE.
const nameSize = 32

// struct gpiochip_info.
const (
	chipInfoSize = 68
	chipLabelAt  = 32
	chipLinesAt  = 64
)

// struct gpio_v2_line_info.
const (
	lineInfoSize   = 256
	infoNameAt     = 0
	infoConsumerAt = 32
	infoOffsetAt   = 64
	infoFlagsAt    = 72
)

// struct gpio_v2_line_request, with a struct gpio_v2_line_config and its attributes inside.
const (
	requestSize       = 592
	requestOffsetsAt  = 0
	requestConsumerAt = 256
	requestFlagsAt    = 288 // where the config begins
	requestAttrsAt    = 296 // how many
	requestAttrAt     = 320 // the first
	requestLinesAt    = 560
	requestBufferAt   = 564
	requestFDAt       = 588

	attrSize    = 24
	attrValueAt = 8
	attrMaskAt  = 16
)

// struct gpio_v2_line_values.
const (
	valuesSize   = 16
	valuesMaskAt = 8
)

// struct gpio_v2_line_event.
const (
	eventSize   = 48
	eventKindAt = 8
	eventLineAt = 20 // line_seqno
)

// Flags, enum gpio_v2_line_flag.
const (
	flagUsed      = 1 << 0
	flagActiveLow = 1 << 1
	flagInput     = 1 << 2
	flagOutput    = 1 << 3
	flagRising    = 1 << 4
	flagFalling   = 1 << 5
	flagPullUp    = 1 << 8
	flagPullDown  = 1 << 9
	flagNoBias    = 1 << 10
)

// Attributes, enum gpio_v2_line_attr_id, and kinds of event, enum gpio_v2_line_event_id.
const (
	attrValues   = 2
	attrDebounce = 3

	kindRising  = 1
	kindFalling = 2
)

var native = binary.NativeEndian

// text is a name up to its first zero.
func text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
