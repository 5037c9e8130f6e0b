extension Timestamp {
    /// As people write it there: `Mon 2026-11-30 09:00 Europe/Berlin`, with the seconds if it is not a whole minute; in UTC if the
    /// zone is not known.
    package func wallClock(in zone: String) -> String {
        guard let clock = ZoneClock(zone) else {
            return ZoneClock("UTC").map { words($0) } ?? "\(milliseconds)"
        }
        return words(clock)
    }

    private func words(_ clock: ZoneClock) -> String {
        let local = clock.local(self)
        let (year, month, day) = CivilDate.of(day: local.day)
        let name = clock.name == "GMT" ? "UTC" : clock.name
        let seconds = local.second == 0 ? "" : ":\(CivilDate.digits(Int64(local.second), 2))"
        return
            "\(local.weekday.short) \(CivilDate.digits(year, 4))-\(CivilDate.digits(month, 2))-\(CivilDate.digits(day, 2)) "
            + "\(CivilDate.digits(Int64(local.minute / 60), 2)):\(CivilDate.digits(Int64(local.minute % 60), 2))\(seconds) \(name)"
    }

    /// RFC 3339 in whole seconds of UTC, as Kubernetes writes times: `2026-11-22T14:00:30Z`.
    package var rfc3339: String {
        let bounded = min(max(milliseconds, -62_000_000_000_000), 253_000_000_000_000)
        let seconds = bounded >= 0 ? bounded / 1000 : -((-bounded + 999) / 1000)
        let day = seconds >= 0 ? seconds / 86_400 : -((-seconds + 86_399) / 86_400)
        let rest = seconds - day * 86_400
        let (year, month, date) = CivilDate.of(day: day)
        func two(_ number: Int64) -> String { CivilDate.digits(number, 2) }
        return
            "\(CivilDate.digits(year, 4))-\(two(month))-\(two(date))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }
}

/// Dates of the Gregorian calendar.
enum CivilDate {
    /// The date of a day after 1970-01-01, with years that begin in March so that the leap day is the last one.
    static func of(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
