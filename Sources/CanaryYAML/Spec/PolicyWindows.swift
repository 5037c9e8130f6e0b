import CanaryCore

/// The `windows` of a policy: `{ days: [mon-thu, fri], from: "09:00", to: "16:30", timeZone: Europe/Berlin }`.
enum PolicyWindows {
    private typealias Window = CanaryPolicy.ReleaseWindow

    private static let limit = 50
    private static let minutesOfWeek = 7 * 1440
    private static let words = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let longWords = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]

    static func read(_ section: SpecReader.Section, with reader: inout SpecReader) -> [CanaryPolicy.ReleaseWindow] {
        let example = "[{ days: [mon-thu], from: \"09:00\", to: \"16:30\", timeZone: Europe/Berlin }]"
        guard let items = reader.list(section, "windows", example: example) else { return [] }
        if items.count > limit, let node = section.node["windows"] {
            reader.fail("\(section.child("windows")) must hold at most \(limit) windows, not \(items.count)", at: node)
        }
        if items.isEmpty, let node = section.node["windows"] {
            reader.fail(
                "\(section.child("windows")) is empty: releases would wait for ever, or go on always?",
                at: node,
                suggestion: "leave it out for always; write freeze: { reason: … } for never"
            )
        }
        var windows: [(window: Window, path: String)] = []
        for (path, node) in items.prefix(limit) {
            guard let item = reader.section(node, path: path, keys: SpecKeys.window),
                let window = window(item, with: &reader)
            else { continue }
            if let (other, minute) = overlap(window, windows) {
                reader.fail(
                    "\(path) and \(other) overlap on \(word(of: minute)) at \(clock(minute % 1440)): "
                        + "both together hold, so neither ends where it says",
                    at: node,
                    suggestion: "give each day to one of them"
                )
            }
            windows.append((window, path))
        }
        return windows.map(\.window)
    }

    private static func window(_ item: SpecReader.Section, with reader: inout SpecReader) -> Window? {
        reader.require(item, "from", "it is when the window opens, like \"09:00\"")
        reader.require(item, "to", "it is when the window closes, like \"16:30\"")
        let days = days(item, with: &reader)
        let from = minute(item, "from", atMost: 1439, with: &reader)
        let to = minute(item, "to", atMost: 1440, with: &reader)
        let zone = zone(item, with: &reader)
        guard let from, let to, let days, let zone else { return nil }
        if from == to, let node = item.node["to"] {
            reader.fail(
                "\(item.path) ends when it begins",
                at: node,
                suggestion: "the whole day is from: \"00:00\", to: \"24:00\""
            )
            return nil
        }
        return Window(days: days, from: from, to: to, timeZone: zone)
    }

    private static func zone(_ item: SpecReader.Section, with reader: inout SpecReader) -> String? {
        guard item.node["timeZone"] != nil else { return "UTC" }
        guard let zone = reader.text(item, "timeZone", "a time zone like Europe/Berlin"),
            let node = item.node["timeZone"]
        else { return nil }
        guard Window.isKnown(timeZone: zone) else {
            reader.fail(
                "\(item.child("timeZone")) is no time zone that is known here: \(reader.shown(node))",
                at: node,
                suggestion: ZoneNames.nearest(to: zone).map { "did you mean '\($0)'?" }
                    ?? "write a place as in Europe/Berlin, or UTC"
            )
            return nil
        }
        return zone
    }

    /// `09:30` as minutes after midnight.
    private static func minute(
        _ item: SpecReader.Section,
        _ key: String,
        atMost limit: Int,
        with reader: inout SpecReader
    ) -> Int? {
        guard let node = reader.node(item, key) else { return nil }
        let parts = (node.scalar ?? "").utf8.split(separator: 0x3A, omittingEmptySubsequences: false)
        if parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            (Array(parts[0]) + Array(parts[1])).allSatisfy({ (0x30...0x39).contains($0) }),
            let hours = Int(String(decoding: Array(parts[0]), as: UTF8.self)),
            let minutes = Int(String(decoding: Array(parts[1]), as: UTF8.self)),
            minutes < 60, hours * 60 + minutes <= limit
        {
            return hours * 60 + minutes
        }
        reader.fail(
            "\(item.child(key)) must be a time of day from \"00:00\" to \"\(clock(limit))\", not \(reader.shown(node))",
            at: node
        )
        return nil
    }

    /// Days and spans of days; empty for every day.
    private static func days(_ item: SpecReader.Section, with reader: inout SpecReader) -> [Window.Day]? {
        guard item.node["days"] != nil else { return [] }
        guard let items = reader.list(item, "days", example: "[mon-thu, fri]") else { return nil }
        if items.isEmpty, let node = item.node["days"] {
            reader.fail(
                "\(item.child("days")) is empty: the window would never open",
                at: node,
                suggestion: "leave it out for every day"
            )
            return nil
        }
        var found: Set<Int> = []
        var isGood = true
        for (path, node) in items.prefix(14) {
            let ends = (node.scalar ?? "").lowercased().split(separator: "-", omittingEmptySubsequences: false)
            let indices = ends.map { end in
                words.firstIndex(of: String(end)) ?? longWords.firstIndex(of: String(end))
            }
            guard (1...2).contains(ends.count), let first = indices[0], let last = indices[ends.count - 1] else {
                let unknown = zip(ends, indices).first { $0.1 == nil }.map { String($0.0) } ?? ""
                let nearest = EditDistance.nearest(to: unknown, among: unknown.count > 4 ? longWords : words)
                reader.fail(
                    "\(path) must be a day or a span of days like fri or mon-thu, not \(reader.shown(node))",
                    at: node,
                    suggestion: nearest.map { "did you mean '\($0)'?" }
                )
                isGood = false
                continue
            }
            // A span may run over the end of the week, as fri-mon.
            for step in 0...((last - first + 7) % 7) {
                if !found.insert((first + step) % 7).inserted {
                    reader.fail("\(path) names \(words[(first + step) % 7]) a second time", at: node)
                    isGood = false
                    break
                }
            }
        }
        return isGood ? found.sorted().compactMap { Window.Day(rawValue: $0 + 1) } : nil
    }

    // MARK: Overlaps

    /// The first earlier window in the same zone that is open at the same minute of the week, and that minute.
    private static func overlap(
        _ window: Window,
        _ others: [(window: Window, path: String)]
    ) -> (path: String, minute: Int)? {
        for other in others where other.window.timeZone == window.timeZone {
            for mine in spans(window) {
                for theirs in spans(other.window) {
                    let start = max(mine.lowerBound, theirs.lowerBound)
                    if start < min(mine.upperBound, theirs.upperBound) { return (other.path, start) }
                }
            }
        }
        return nil
    }

    /// The open minutes of a week that begins on Monday.
    private static func spans(_ window: Window) -> [Range<Int>] {
        (window.days.isEmpty ? Window.Day.allCases : window.days).flatMap { day -> [Range<Int>] in
            let start = (day.rawValue - 1) * 1440 + window.from
            let length = window.to > window.from ? window.to - window.from : window.to + 1440 - window.from
            let end = start + length
            return end <= minutesOfWeek ? [start..<end] : [start..<minutesOfWeek, 0..<(end - minutesOfWeek)]
        }
    }

    private static func word(of minute: Int) -> String { words[(minute / 1440) % 7] }

    /// `09:30`.
    static func clock(_ minute: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return two(minute / 60) + ":" + two(minute % 60)
    }

    /// `mon-thu, sat`; nil for every day.
    static func words(_ days: [CanaryPolicy.ReleaseWindow.Day]) -> String? {
        guard !days.isEmpty else { return nil }
        var spans: [ClosedRange<Int>] = []
        for day in days.map({ $0.rawValue - 1 }).sorted() {
            if let last = spans.last, last.upperBound + 1 == day {
                spans[spans.count - 1] = last.lowerBound...day
            } else {
                spans.append(day...day)
            }
        }
        return spans.map { span in
            span.count == 1 ? words[span.lowerBound] : "\(words[span.lowerBound])-\(words[span.upperBound])"
        }.joined(separator: ", ")
    }
}
