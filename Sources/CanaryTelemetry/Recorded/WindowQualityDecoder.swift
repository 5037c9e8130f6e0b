/// Reads the `quality` of a recorded window.
enum WindowQualityDecoder {
    static func decode(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> WindowQuality {
        var quality = WindowQuality()
        try cursor.forEachKey("'quality'") { (cursor, key) throws(RecordedWindowError) in
            if cursor.matches(key, "unusable") {
                quality.unusable = try decodeUnusable(&cursor)
            } else if cursor.matches(key, "faults") {
                quality.faults = try decodeFaults(&cursor)
            } else if cursor.matches(key, "canaryCallers") {
                quality.canaryCallers = try decodeCounts(&cursor, "'canaryCallers'")
            } else if cursor.matches(key, "excluded") {
                quality.excluded = try decodeCounts(&cursor, "'excluded'")
            } else if cursor.matches(key, "unattributed") {
                quality.unattributed = try decodeCounts(&cursor, "'unattributed'")
            } else if cursor.matches(key, "restarts") {
                quality.restarts = try decodeNames(&cursor)
            } else {
                try cursor.skipValue()
            }
        }
        return quality
    }

    private static func decodeUnusable(
        _ cursor: inout JSONCursor
    ) throws(RecordedWindowError) -> WindowQuality.Unusable? {
        if try cursor.takeNull() { return nil }
        let place = cursor.position
        var why = ""
        var (label, message) = ("", "")
        var side = WindowQuality.Side.unknown
        var counts = (answered: 0, known: 0, failed: 0, rounds: 0)
        try cursor.forEachKey("'unusable'") { (cursor, key) throws(RecordedWindowError) in
            if cursor.matches(key, "why") {
                why = try cursor.string("'why'")
            } else if cursor.matches(key, "side") {
                side = try decodeSide(&cursor)
            } else if cursor.matches(key, "label") {
                label = try cursor.string("'label'")
            } else if cursor.matches(key, "message") {
                message = try cursor.string("'message'")
            } else if cursor.matches(key, "answered") {
                counts.answered = try cursor.count("'answered'")
            } else if cursor.matches(key, "known") {
                counts.known = try cursor.count("'known'")
            } else if cursor.matches(key, "failed") {
                counts.failed = try cursor.count("'failed'")
            } else if cursor.matches(key, "rounds") {
                counts.rounds = try cursor.count("'rounds'")
            } else {
                try cursor.skipValue()
            }
        }
        switch why {
        case "tooFewPods": return .tooFewPods(side: side, answered: counts.answered, known: counts.known)
        case "tooManyFailures": return .tooManyFailures(side: side, failed: counts.failed, rounds: counts.rounds)
        case "noIstioSeries": return .noIstioSeries
        case "nothingScraped": return .nothingScraped
        case "baseline": return .baseline
        case "source": return .source(label: label, message: message)
        default: throw cursor.failure("an unknown reason in 'unusable'", at: place)
        }
    }

    private static func decodeFaults(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> [PodFault] {
        var faults: [PodFault] = []
        try cursor.forEachElement("'faults'") { (cursor) throws(RecordedWindowError) in
            var fault = PodFault(pod: "", side: .unknown, label: "", message: "")
            try cursor.forEachKey("a fault") { (cursor, key) throws(RecordedWindowError) in
                if cursor.matches(key, "pod") {
                    fault.pod = try cursor.string("'pod'")
                } else if cursor.matches(key, "side") {
                    fault.side = try decodeSide(&cursor)
                } else if cursor.matches(key, "label") {
                    fault.label = try cursor.string("'label'")
                } else if cursor.matches(key, "message") {
                    fault.message = try cursor.string("'message'")
                } else {
                    try cursor.skipValue()
                }
            }
            faults.append(fault)
        }
        return faults
    }

    private static func decodeSide(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> WindowQuality.Side {
        let place = cursor.position
        guard let side = WindowQuality.Side(rawValue: try cursor.string("'side'")) else {
            throw cursor.failure("'side' must be stable, canary or unknown", at: place)
        }
        return side
    }

    private static func decodeNames(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> [String] {
        var names: [String] = []
        try cursor.forEachElement("'restarts'") { (cursor) throws(RecordedWindowError) in
            names.append(try cursor.string("a pod"))
        }
        return names
    }

    /// `[["name",1],…]`.
    private static func decodeCounts(
        _ cursor: inout JSONCursor,
        _ what: StaticString
    ) throws(RecordedWindowError) -> [CallerCount] {
        var counts: [CallerCount] = []
        try cursor.forEachElement(what) { (cursor) throws(RecordedWindowError) in
            try cursor.expect(UInt8(ascii: "["), "a pair of name and count")
            let name = try cursor.string("a name")
            try cursor.expect(UInt8(ascii: ","), "a comma")
            let count = try cursor.count("a count")
            try cursor.expect(UInt8(ascii: "]"), "the end of the pair")
            counts.append(CallerCount(name: name, count: count))
        }
        return counts
    }
}
