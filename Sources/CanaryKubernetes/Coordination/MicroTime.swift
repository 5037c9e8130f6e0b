import Glibc

/// A moment in microseconds since 1970, as Kubernetes writes it in Leases and events.
package struct MicroTime: Sendable, Hashable, Comparable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The wall clock's time; 0 if there is none.
    package static func now() -> MicroTime {
        var time = timespec()
        guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { return MicroTime(microseconds: 0) }
        return MicroTime(microseconds: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000)
    }

    package static func < (left: MicroTime, right: MicroTime) -> Bool { left.microseconds < right.microseconds }

    /// The moment `duration` later; wraps beyond the year 290,000.
    package func advanced(by duration: Duration) -> MicroTime {
        let (seconds, attoseconds) = duration.components
        return MicroTime(
            microseconds: microseconds &+ seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
        )
    }
}

extension MicroTime: CustomStringConvertible {
    /// RFC 3339 in UTC with exactly six digits, the only form that the API takes: `2026-01-01T00:00:00.000000Z`.
    package var description: String {
        let seconds = microseconds >= 0 ? microseconds / 1_000_000 : -((-(microseconds + 1)) / 1_000_000) - 1
        let days = seconds >= 0 ? seconds / 86_400 : -((-(seconds + 1)) / 86_400) - 1
        let rest = seconds - days * 86_400
        // Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))"
        let hour = Self.digits(rest / 3600, 2)
        let minute = Self.digits(rest / 60 % 60, 2)
        let second = Self.digits(rest % 60, 2)
        return "\(date)T\(hour):\(minute):\(second).\(Self.digits(microseconds - seconds * 1_000_000, 6))Z"
    }

    /// Reads RFC 3339 with any number of decimals and any offset; decimals beyond the sixth are dropped.
    package init?(_ text: String) {
        var rest = Substring(text).utf8
        func number(_ count: Int) -> Int64? {
            guard rest.count >= count else { return nil }
            var value: Int64 = 0
            for byte in rest.prefix(count) {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            rest = rest.dropFirst(count)
            return value
        }
        func mark(_ any: String) -> Bool {
            guard let first = rest.first, any.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), mark("-"), let month = number(2), mark("-"), let day = number(2), mark("Tt "),
            let hour = number(2), mark(":"), let minute = number(2), mark(":"), let second = number(2),
            (1...12).contains(month), (1...31).contains(day), hour <= 23, minute <= 59, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if mark(".,") {
            var scale: Int64 = 100_000
            var count = 0
            while let digit = number(1) {
                fraction += digit * scale
                scale /= 10
                count += 1
            }
            guard count > 0 else { return nil }
        }
        var offset: Int64 = 0
        if !mark("Zz") {
            let isWest = rest.first == UInt8(ascii: "-")
            guard mark("+-"), let hours = number(2), mark(":"), let minutes = number(2), hours <= 23, minutes <= 59
            else {
                return nil
            }
            offset = (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
        }
        guard rest.isEmpty else { return nil }
        // Hinnant, days_from_civil.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
