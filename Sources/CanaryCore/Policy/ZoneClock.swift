import Foundation

/// Local time in a zone of the IANA database, for windows of the week.
///
/// The data is the one that is linked into the program (ICU's), so that a container without `/usr/share/zoneinfo` tells the same
/// time as every other one; new rules of a country come with a new build. Names are exact: `Europe/berlin` is unknown.
package struct ZoneClock: Sendable, Hashable {
    private let zone: TimeZone
    package let name: String

    /// Nil if there is no such zone.
    package init?(_ name: String) {
        guard name.utf8.count <= 64, let zone = TimeZone(identifier: name) else { return nil }
        self.zone = zone
        self.name = name
    }

    /// A moment as people there write it.
    package struct LocalTime: Sendable, Hashable {
        /// Days since 1970-01-01.
        package var day: Int64
        /// Minutes after midnight, 0..<1440, by the wall clock.
        package var minute: Int
        /// Whole seconds after that minute, 0..<60.
        package var second: Int

        package var weekday: CanaryPolicy.ReleaseWindow.Day {
            // 1970-01-01 was a Thursday.
            let index = Int(((day % 7) + 7 + 3) % 7)
            return CanaryPolicy.ReleaseWindow.Day.allCases[index]
        }
    }

    /// Milliseconds east of Greenwich at a moment.
    package func offset(at moment: Timestamp) -> Int64 {
        let date = Date(timeIntervalSince1970: Double(Self.sane(moment).milliseconds) / 1000)
        return Int64(zone.secondsFromGMT(for: date)) * 1000
    }

    package func local(_ moment: Timestamp) -> LocalTime {
        let wall = Self.sane(moment).milliseconds + offset(at: moment)
        let day = Self.floor(wall, 86_400_000)
        let rest = wall - day * 86_400_000
        return LocalTime(day: day, minute: Int(rest / 60_000), second: Int(rest / 1000 % 60))
    }

    /// Far beyond any clock nothing is computed with: the years 0 to 9999.
    private static func sane(_ moment: Timestamp) -> Timestamp {
        Timestamp(milliseconds: min(max(moment.milliseconds, -62_000_000_000_000), 253_000_000_000_000))
    }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : -((-value + unit - 1) / unit)
    }
}
