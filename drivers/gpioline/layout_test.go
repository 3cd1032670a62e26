package gpioline

import (
	"testing"
	"unsafe"
)

// The structures of uapi/linux/gpio.h as C lays them out. Their 64-bit fields are __aligned_u64: on 32 bit too they lie at multiples of 8.
type (
	cChipInfo struct {
		_, label [32]byte
		lines    uint32
	}
	cAttribute struct {
		_, _  uint32
		value uint64
	}
	cConfigAttribute struct {
		attr cAttribute
		mask uint64
	}
	cConfig struct {
		_        uint64 // flags
		numAttrs uint32
		_        [5]uint32
		attrs    [10]cConfigAttribute
	}
	cRequest struct {
		offsets         [64]uint32
		consumer        [32]byte
		config          cConfig
		numLines        uint32
		eventBufferSize uint32
		_               [5]uint32
		fd              int32
	}
	cLineInfo struct {
		name, consumer [32]byte
		offset, _      uint32
		flags          uint64
		_              [10]cAttribute
		_              [4]uint32
	}
	cValues struct{ _, mask uint64 }
	cEvent  struct {
		_         uint64 // timestamp
		id, _, _  uint32
		lineSeqno uint32
		_         [6]uint32
	}
)

func TestTheLayoutIsTheKernelsOnThirtyTwoAndSixtyFourBit(t *testing.T) {
	var (
		request cRequest
		chip    cChipInfo
		info    cLineInfo
		event   cEvent
		values  cValues
	)
	for _, row := range []struct {
		name      string
		got, want uintptr
	}{
		{"gpiochip_info", unsafe.Sizeof(chip), chipInfoSize},
		{"gpiochip_info.label", unsafe.Offsetof(chip.label), chipLabelAt},
		{"gpiochip_info.lines", unsafe.Offsetof(chip.lines), chipLinesAt},
		{"gpio_v2_line_info", unsafe.Sizeof(info), lineInfoSize},
		{"gpio_v2_line_info.name", unsafe.Offsetof(info.name), infoNameAt},
		{"gpio_v2_line_info.consumer", unsafe.Offsetof(info.consumer), infoConsumerAt},
		{"gpio_v2_line_info.offset", unsafe.Offsetof(info.offset), infoOffsetAt},
		{"gpio_v2_line_info.flags", unsafe.Offsetof(info.flags), infoFlagsAt},
		{"gpio_v2_line_request", unsafe.Sizeof(request), requestSize},
		{"gpio_v2_line_request.offsets", unsafe.Offsetof(request.offsets), requestOffsetsAt},
		{"gpio_v2_line_request.consumer", unsafe.Offsetof(request.consumer), requestConsumerAt},
		{"gpio_v2_line_request.config.flags", unsafe.Offsetof(request.config), requestFlagsAt},
		{"gpio_v2_line_request.config.num_attrs", unsafe.Offsetof(request.config) + unsafe.Offsetof(request.config.numAttrs), requestAttrsAt},
		{"gpio_v2_line_request.config.attrs", unsafe.Offsetof(request.config) + unsafe.Offsetof(request.config.attrs), requestAttrAt},
		{"gpio_v2_line_request.num_lines", unsafe.Offsetof(request.numLines), requestLinesAt},
		{"gpio_v2_line_request.event_buffer_size", unsafe.Offsetof(request.eventBufferSize), requestBufferAt},
		{"gpio_v2_line_request.fd", unsafe.Offsetof(request.fd), requestFDAt},
		{"gpio_v2_line_config_attribute", unsafe.Sizeof(request.config.attrs[0]), attrSize},
		{"gpio_v2_line_config_attribute.attr.value", unsafe.Offsetof(request.config.attrs[0].attr.value), attrValueAt},
		{"gpio_v2_line_config_attribute.mask", unsafe.Offsetof(request.config.attrs[0].mask), attrMaskAt},
		{"gpio_v2_line_values", unsafe.Sizeof(values), valuesSize},
		{"gpio_v2_line_values.mask", unsafe.Offsetof(values.mask), valuesMaskAt},
		{"gpio_v2_line_event", unsafe.Sizeof(event), eventSize},
		{"gpio_v2_line_event.id", unsafe.Offsetof(event.id), eventKindAt},
		{"gpio_v2_line_event.line_seqno", unsafe.Offsetof(event.lineSeqno), eventLineAt},
	} {
		if row.got != row.want {
			t.Errorf("%s: %d in C, %d here", row.name, row.got, row.want)
		}
	}
}

func TestARequestCarriesTheSizeOfItsStructure(t *testing.T) {
	for _, row := range []struct {
		name            string
		code, dir, size uint32
		number          uint32
	}{
		{"GPIO_GET_CHIPINFO_IOCTL", ioctlChipInfo, 2, chipInfoSize, 0x01},
		{"GPIO_V2_GET_LINEINFO_IOCTL", ioctlLineInfo, 3, lineInfoSize, 0x05},
		{"GPIO_V2_GET_LINE_IOCTL", ioctlLine, 3, requestSize, 0x07},
		{"GPIO_V2_LINE_GET_VALUES_IOCTL", ioctlGetValues, 3, valuesSize, 0x0E},
		{"GPIO_V2_LINE_SET_VALUES_IOCTL", ioctlSetValues, 3, valuesSize, 0x0F},
	} {
		if want := row.dir<<30 | row.size<<16 | 0xB4<<8 | row.number; row.code != want {
			t.Errorf("%s is %#x, want %#x", row.name, row.code, want)
		}
	}
}
