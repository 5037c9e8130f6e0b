/// One line of a recording, being read.
struct RecordedLineDecoder {
    private var bounds: LatencyBounds?
    private var run = ""
    private var schema: String?
    private var ownBounds: LatencyBounds?
    private var isHistory = false
    private var isEnd = false
    private var seconds: Double?
    private var secondsPlace = 0
    private var lag = 0.0
    private var weight: Double?
    private var stable: [PodWindow]?
    private var canary: [PodWindow]?
    private var quality = WindowQuality()
    private var metrics: [MetricWindow] = []

    /// - Parameter bounds: those of the header, nil before it.
    init(bounds: LatencyBounds?) {
        self.bounds = bounds
    }

    mutating func decode(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> RecordedLine {
        let start = cursor.position
        try cursor.expect(UInt8(ascii: "{"), "an object")
        if !cursor.take(UInt8(ascii: "}")) {
            repeat {
                let key = try cursor.text("a key")
                try cursor.expect(UInt8(ascii: ":"), "a colon")
                try decodeValue(of: key, &cursor)
            } while try cursor.hasNext(closing: UInt8(ascii: "}"), "the object")
        }
        try cursor.expectEnd()
        return try line(cursor, start)
    }

    private mutating func decodeValue(
        of key: JSONCursor.Text,
        _ cursor: inout JSONCursor
    ) throws(RecordedWindowError) {
        if cursor.matches(key, "run") {
            run = try cursor.string("'run'")
        } else if cursor.matches(key, "seconds") {
            cursor.skipBlanks()
            secondsPlace = cursor.position
            seconds = try cursor.double("'seconds'")
        } else if cursor.matches(key, "lag") {
            lag = try decodeLag(&cursor)
        } else if cursor.matches(key, "weight") {
            weight = try decodeWeight(&cursor)
        } else if cursor.matches(key, "stable") {
            stable = try decodePods(&cursor, "'stable'")
        } else if cursor.matches(key, "canary") {
            canary = try decodePods(&cursor, "'canary'")
        } else if cursor.matches(key, "history") {
            isHistory = try cursor.bool("'history'")
        } else if cursor.matches(key, "end") {
            isEnd = try cursor.bool("'end'")
        } else if cursor.matches(key, "schema") {
            schema = try decodeSchema(&cursor)
        } else if cursor.matches(key, "bounds") {
            ownBounds = try decodeBounds(&cursor)
        } else if cursor.matches(key, "quality") {
            quality = try WindowQualityDecoder.decode(&cursor)
        } else if cursor.matches(key, "metrics") {
            metrics = try MetricWindowDecoder.decode(&cursor)
        } else {
            try cursor.skipValue()
        }
    }

    private func line(_ cursor: JSONCursor, _ start: Int) throws(RecordedWindowError) -> RecordedLine {
        if schema != nil {
            guard let ownBounds else { throw cursor.failure("the header has no 'bounds'", at: start) }
            return .header(bounds: ownBounds)
        }
        if isEnd { return .end(run: run) }
        guard let bounds = ownBounds ?? bounds else {
            throw cursor.failure("the first line must be the header, with 'schema' and 'bounds'", at: start)
        }
        guard let seconds else { throw cursor.failure("the window has no 'seconds'", at: start) }
        // The round of the baselines may have no length; it is never judged.
        guard seconds > 0 || (seconds == 0 && quality.unusable != nil) else {
            throw cursor.failure("'seconds' must be above 0", at: secondsPlace)
        }
        guard let stable else { throw cursor.failure("the window has no 'stable'", at: start) }
        if isHistory, let canary, !canary.isEmpty {
            throw cursor.failure("a history window holds only the stable side", at: start)
        }
        var window = Window(
            seconds: seconds,
            weight: weight,
            isHistory: isHistory,
            bounds: bounds,
            stable: stable,
            canary: canary ?? [],
            quality: quality,
            metrics: metrics
        )
        window.lag = lag
        return .window(run: run, window)
    }

    private func decodeLag(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> Double {
        cursor.skipBlanks()
        let place = cursor.position
        let value = try cursor.double("'lag'")
        guard value >= 0, value <= 86_400 else { throw cursor.failure("'lag' must be from 0 to 86400", at: place) }
        return value
    }

    private func decodeWeight(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> Double? {
        if try cursor.takeNull() { return nil }
        cursor.skipBlanks()
        let place = cursor.position
        let value = try cursor.double("'weight'")
        guard value >= 0, value <= 100 else { throw cursor.failure("'weight' must be from 0 to 100", at: place) }
        return value
    }

    private func decodeSchema(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> String {
        cursor.skipBlanks()
        let place = cursor.position
        let text = try cursor.string("'schema'")
        guard text == WindowEncoder.schema else {
            throw cursor.failure("unknown schema; expected \"\(WindowEncoder.schema)\"", at: place)
        }
        return text
    }

    private func decodeBounds(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> LatencyBounds {
        cursor.skipBlanks()
        let place = cursor.position
        guard stable == nil, canary == nil else {
            throw cursor.failure("'bounds' must come before the pods", at: place)
        }
        var values: [Double] = []
        try cursor.expect(UInt8(ascii: "["), "an array of bounds")
        if !cursor.take(UInt8(ascii: "]")) {
            repeat {
                values.append(try cursor.double("a bound"))
                guard values.count <= 512 else { throw cursor.failure("more than 512 bounds") }
            } while try cursor.hasNext(closing: UInt8(ascii: "]"), "'bounds'")
        }
        guard let bounds = LatencyBounds(milliseconds: values) else {
            throw cursor.failure("'bounds' must be above 0 and ascending", at: place)
        }
        return bounds
    }

    // MARK: Pods

    private func decodePods(
        _ cursor: inout JSONCursor,
        _ what: StaticString
    ) throws(RecordedWindowError) -> [PodWindow] {
        var pods: [PodWindow] = []
        guard cursor.take(UInt8(ascii: "[")) else { throw cursor.failure("\(what) must be an array of pods") }
        if cursor.take(UInt8(ascii: "]")) { return [] }
        let bucketCount = (ownBounds ?? bounds)?.bucketCount
        var names: Set<String>?
        repeat {
            cursor.skipBlanks()
            let place = cursor.position
            guard pods.count < RecordedWindowReader.mostPods else {
                throw cursor.failure("more than \(RecordedWindowReader.mostPods) pods in \(what)")
            }
            let pod = try decodePod(&cursor, bucketCount)
            // Ascending names need no look at the others.
            if names == nil, let last = pods.last, last.pod >= pod.pod { names = Set(pods.map(\.pod)) }
            if names?.insert(pod.pod).inserted == false {
                throw cursor.failure("\(what) names a pod twice", at: place)
            }
            pods.append(pod)
        } while try cursor.hasNext(closing: UInt8(ascii: "]"), "the pods")
        return pods
    }

    private func decodePod(
        _ cursor: inout JSONCursor,
        _ bucketCount: Int?
    ) throws(RecordedWindowError) -> PodWindow {
        let place = cursor.position
        guard cursor.take(UInt8(ascii: "{")) else { throw cursor.failure("a pod must be an object") }
        var name: String?
        var requests: [ResponseCount]?
        var latency: [Int] = []
        if !cursor.take(UInt8(ascii: "}")) {
            repeat {
                let key = try cursor.text("a key")
                try cursor.expect(UInt8(ascii: ":"), "a colon")
                if cursor.matches(key, "pod") {
                    name = try cursor.string("'pod'")
                } else if cursor.matches(key, "requests") {
                    requests = try decodeRequests(&cursor)
                } else if cursor.matches(key, "latency") {
                    latency = try decodeLatency(&cursor, bucketCount)
                } else {
                    try cursor.skipValue()
                }
            } while try cursor.hasNext(closing: UInt8(ascii: "}"), "a pod")
        }
        guard let name else { throw cursor.failure("a pod without 'pod', its name", at: place) }
        guard let requests else { throw cursor.failure("a pod without 'requests'", at: place) }
        return PodWindow(pod: name, requests: requests, latency: latency)
    }

    private func decodeRequests(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> [ResponseCount] {
        guard cursor.take(UInt8(ascii: "{")) else { throw cursor.failure("'requests' must be an object") }
        var requests: [ResponseCount] = []
        if cursor.take(UInt8(ascii: "}")) { return requests }
        requests.reserveCapacity(4)
        var isAscending = true
        repeat {
            cursor.skipBlanks()
            let place = cursor.position
            guard requests.count < RecordedWindowReader.mostResponses else {
                throw cursor.failure("more than \(RecordedWindowReader.mostResponses) responses of a pod")
            }
            let key = ResponseKey(try cursor.string("a response"))
            try cursor.expect(UInt8(ascii: ":"), "a colon")
            let count = try cursor.count("a number of requests")
            if let last = requests.last, last.key >= key { isAscending = false }
            if !isAscending, requests.contains(where: { $0.key == key }) {
                throw cursor.failure("the same response twice", at: place)
            }
            requests.append(ResponseCount(key: key, count: count))
        } while try cursor.hasNext(closing: UInt8(ascii: "}"), "'requests'")
        if !isAscending { requests.sort { $0.key < $1.key } }
        return requests
    }

    private func decodeLatency(
        _ cursor: inout JSONCursor,
        _ bucketCount: Int?
    ) throws(RecordedWindowError) -> [Int] {
        cursor.skipBlanks()
        let place = cursor.position
        guard cursor.take(UInt8(ascii: "[")) else { throw cursor.failure("'latency' must be an array of counts") }
        if cursor.take(UInt8(ascii: "]")) { return [] }
        guard let bucketCount else {
            throw cursor.failure("the first line must be the header, with 'schema' and 'bounds'", at: place)
        }
        var counts: [Int] = []
        counts.reserveCapacity(bucketCount)
        repeat {
            guard counts.count < bucketCount else {
                throw cursor.failure("'latency' has more than \(bucketCount) counts", at: place)
            }
            counts.append(try cursor.count("a latency count"))
        } while try cursor.hasNext(closing: UInt8(ascii: "]"), "'latency'")
        guard counts.count == bucketCount else {
            throw cursor.failure("'latency' has \(counts.count) counts; the bounds ask for \(bucketCount)", at: place)
        }
        return counts
    }
}
