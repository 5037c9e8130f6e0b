extension Timestamp {
    /// A moment with its zone: `2026-11-22T14:00Z`, `2026-11-22T14:00:30.250+01:00`, `2026-11-22 14:00:30Z`.
    ///
    /// Nil if the text is something else, names a day or time that does not exist, or has no zone: a time without one means
    /// different moments on different machines.
    package init?(iso8601 text: String) {
        var rest = Array(text.utf8)[...]
        guard rest.count <= 40, let year = Self.digits(4, &rest), Self.skip("-", &rest),
            let month = Self.digits(2, &rest), Self.skip("-", &rest), let day = Self.digits(2, &rest),
            Self.skip("T", &rest) || Self.skip("t", &rest) || Self.skip(" ", &rest),
            let hour = Self.digits(2, &rest), Self.skip(":", &rest), let minute = Self.digits(2, &rest),
            (1...12).contains(month), (1...Self.days(of: month, in: year)).contains(day), hour < 24, minute < 60
        else { return nil }
        var milliseconds = 0
        if Self.skip(":", &rest) {
            guard let second = Self.digits(2, &rest), second < 60 else { return nil }
            milliseconds = second * 1000
            if Self.skip(".", &rest) {
                guard let fraction = Self.fraction(&rest) else { return nil }
                milliseconds += fraction
            }
        }
        guard let offset = Self.zone(&rest), rest.isEmpty else { return nil }
        let minutes = Self.dayNumber(year, month, day) * 1440 + hour * 60 + minute - offset
        self.init(milliseconds: Int64(minutes) * 60_000 + Int64(milliseconds))
    }

    private static func skip(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first, first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func digits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        let found = rest.prefix(count)
        guard found.count == count, found.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return found.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Digits after the point as milliseconds; further ones are left out.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let found = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...9).contains(found.count) else { return nil }
        rest = rest.dropFirst(found.count)
        let padded = Array(found.prefix(3)) + [UInt8](repeating: 0x30, count: max(3 - found.count, 0))
        return padded.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Minutes east of Greenwich.
    private static func zone(_ rest: inout ArraySlice<UInt8>) -> Int? {
        if skip("Z", &rest) || skip("z", &rest) { return 0 }
        let sign: Int
        if skip("+", &rest) {
            sign = 1
        } else if skip("-", &rest) {
            sign = -1
        } else {
            return nil
        }
        guard let hours = digits(2, &rest) else { return nil }
        _ = skip(":", &rest)
        let minutes = rest.isEmpty ? 0 : digits(2, &rest)
        guard let minutes, hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01, with years that begin in March.
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
