package vod

import (
	"fmt"
	"strconv"
	"strings"
)

// decimal is a number without loss: digits × 10^exp. Numbers of the same value
// have the same decimal. The zero value is 0.
type decimal struct {
	negative bool
	digits   string // neither begins nor ends with 0
	exp      string // a decimal integer of any length; "" for 0
}

// parseDecimal reads a number as JSON writes it, and as people do: +5, 007, .5, 5.
func parseDecimal(s string) (decimal, bool) {
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	whole, s := cutDigits(s)
	fraction := ""
	if strings.HasPrefix(s, ".") {
		fraction, s = cutDigits(s[1:])
	}
	if whole == "" && fraction == "" {
		return decimal{}, false
	}
	exp := "0"
	if s != "" {
		if s[0] != 'e' && s[0] != 'E' {
			return decimal{}, false
		}
		sign := ""
		if s = s[1:]; strings.HasPrefix(s, "-") {
			sign = "-"
			s = s[1:]
		} else {
			s = strings.TrimPrefix(s, "+")
		}
		digits, rest := cutDigits(s)
		if digits == "" || rest != "" {
			return decimal{}, false
		}
		exp = sign + digits
	}
	all := strings.TrimLeft(whole+fraction, "0")
	digits := strings.TrimRight(all, "0")
	if digits == "" {
		return decimal{}, true
	}
	return decimal{negative, digits, addExponent(exp, len(all)-len(digits)-len(fraction))}, true
}

// cutDigits splits s after the ASCII digits that it begins with.
func cutDigits(s string) (digits, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	return s[:len(s)-len(rest)], rest
}

// addExponent returns exp + n, where exp is a decimal integer of any length.
func addExponent(exp string, n int) string {
	negative := strings.HasPrefix(exp, "-")
	digits := strings.TrimLeft(strings.TrimPrefix(exp, "-"), "0")
	const low, lowBase = 18, 1_000_000_000_000_000_000 // 10^18 is the largest power in an int64
	if len(digits) <= low {
		e, _ := strconv.ParseInt("0"+digits, 10, 64)
		if negative {
			e = -e
		}
		return strconv.FormatInt(e+int64(n), 10)
	}
	// The exponent is beyond 10^18 and n, the length of a text, is not: the sign
	// stays.
	sign, add := "", int64(n)
	if negative {
		sign, add = "-", -add
	}
	head := []byte(digits[:len(digits)-low])
	tail, _ := strconv.ParseInt(digits[len(digits)-low:], 10, 64)
	switch tail += add; {
	case tail < 0:
		tail += lowBase
		countDown(head) // is at least 1, as the exponent is at least 10^18
	case tail >= lowBase:
		tail -= lowBase
		head = countUp(head)
	}
	return sign + strings.TrimLeft(string(head)+fmt.Sprintf("%018d", tail), "0")
}

// countUp adds one to decimal digits.
func countUp(digits []byte) []byte {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] != '9' {
			digits[i]++
			return digits
		}
		digits[i] = '0'
	}
	return append([]byte{'1'}, digits...)
}

// countDown takes one from decimal digits, which must be more than zero.
func countDown(digits []byte) {
	for i := len(digits) - 1; ; i-- {
		if digits[i] != '0' {
			digits[i]--
			return
		}
		digits[i] = '9'
	}
}

// String returns the canonical form, such as "-15e-1" or "0".
func (d decimal) String() string {
	if d.digits == "" {
		return "0"
	}
	sign := ""
	if d.negative {
		sign = "-"
	}
	return sign + d.digits + "e" + d.exp
}

// int64 returns d cut toward zero, and false if that does not fit.
func (d decimal) int64() (int64, bool) {
	whole, _, ok := d.split()
	if !ok {
		return 0, false
	}
	if d.negative {
		whole = "-" + whole
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, false
	}
	return n, true
}

// split returns the digits before and after the decimal point, without the sign;
// whole is never empty. It returns false if d has more whole digits than any int64.
func (d decimal) split() (whole, fraction string, ok bool) {
	if d.digits == "" {
		return "0", "", true
	}
	const most = 19 // digits of the largest int64
	exp, err := strconv.Atoi(d.exp)
	point := len(d.digits) + exp // where it stands in digits
	switch {
	case err != nil && d.exp[0] == '-', err == nil && point <= -most:
		return "0", "", true // far below 1: no digit of the fraction that matters
	case err != nil, point > most:
		return "", "", false
	case point <= 0:
		return "0", strings.Repeat("0", -point) + d.digits, true
	case exp >= 0:
		return d.digits + strings.Repeat("0", exp), "", true
	default:
		return d.digits[:point], d.digits[point:], true
	}
}
