/// Writes windows as lines of the format `haldane.windows/1`.
///
/// Reading a line gives the same window bit for bit. What is empty or false is left out; a window's bounds are written
/// only if they are not those of the header.
package enum WindowEncoder {
    /// The format's name in a header.
    package static let schema = "haldane.windows/1"

    /// Appends a header and its newline.
    package static func appendHeader(bounds: LatencyBounds = .istio, to bytes: inout [UInt8]) {
        write(to: &bytes) { writer in
            writer.key("schema")
            writer.string(schema)
            writer.key("bounds")
            writer.doubles(bounds.milliseconds)
        }
    }

    /// Appends a window and its newline.
    ///
    /// - Parameters:
    ///   - run: the run's name, or nil for none.
    ///   - bounds: the bounds that the reader will have: those of the header.
    package static func append(
        _ window: Window,
        run: String?,
        bounds: LatencyBounds = .istio,
        to bytes: inout [UInt8]
    ) {
        write(to: &bytes) { writer in
            if let run {
                writer.key("run")
                writer.string(run)
            }
            if window.isHistory {
                writer.key("history")
                writer.bool(true)
            }
            writer.key("seconds")
            writer.double(window.seconds)
            if window.lag > 0 {
                writer.key("lag")
                writer.double(window.lag)
            }
            if let weight = window.weight {
                writer.key("weight")
                writer.double(weight)
            }
            if window.bounds != bounds {
                writer.key("bounds")
                writer.doubles(window.bounds.milliseconds)
            }
            writer.key("stable")
            write(window.stable, &writer)
            if !window.canary.isEmpty {
                writer.key("canary")
                write(window.canary, &writer)
            }
            if window.quality != WindowQuality() {
                writer.key("quality")
                write(window.quality, &writer)
            }
            if !window.metrics.isEmpty {
                writer.key("metrics")
                MetricWindowEncoder.write(window.metrics, &writer)
            }
        }
    }

    /// Appends the end of a run and its newline.
    package static func appendEnd(run: String, to bytes: inout [UInt8]) {
        write(to: &bytes) { writer in
            writer.key("run")
            writer.string(run)
            writer.key("end")
            writer.bool(true)
        }
    }

    private static func write(to bytes: inout [UInt8], _ body: (inout JSONLineWriter) -> Void) {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        var writer = JSONLineWriter(appendingTo: taken)
        writer.beginObject()
        body(&writer)
        writer.endObject()
        writer.endLine()
        bytes = writer.take()
    }

    private static func write(_ pods: [PodWindow], _ writer: inout JSONLineWriter) {
        writer.beginArray()
        for pod in pods {
            writer.beginObject()
            writer.key("pod")
            writer.string(pod.pod)
            writer.key("requests")
            writer.beginObject()
            for response in pod.requests {
                writer.key(text: response.key.text)
                writer.integer(response.count)
            }
            writer.endObject()
            if !pod.latency.isEmpty {
                writer.key("latency")
                writer.integers(pod.latency)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ quality: WindowQuality, _ writer: inout JSONLineWriter) {
        writer.beginObject()
        if let unusable = quality.unusable {
            writer.key("unusable")
            write(unusable, &writer)
        }
        if !quality.faults.isEmpty {
            writer.key("faults")
            writer.beginArray()
            for fault in quality.faults { write(fault, &writer) }
            writer.endArray()
        }
        write(quality.canaryCallers, "canaryCallers", &writer)
        write(quality.excluded, "excluded", &writer)
        write(quality.unattributed, "unattributed", &writer)
        if !quality.restarts.isEmpty {
            writer.key("restarts")
            writer.strings(quality.restarts)
        }
        writer.endObject()
    }

    private static func write(_ counts: [CallerCount], _ key: StaticString, _ writer: inout JSONLineWriter) {
        guard !counts.isEmpty else { return }
        writer.key(key)
        writer.beginArray()
        for count in counts {
            writer.beginArray()
            writer.string(count.name)
            writer.integer(count.count)
            writer.endArray()
        }
        writer.endArray()
    }

    private static func write(_ fault: PodFault, _ writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("pod")
        writer.string(fault.pod)
        writer.key("side")
        writer.string(fault.side.rawValue)
        writer.key("label")
        writer.string(fault.label)
        writer.key("message")
        writer.string(fault.message)
        writer.endObject()
    }

    private static func write(_ unusable: WindowQuality.Unusable, _ writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("why")
        switch unusable {
        case .tooFewPods(let side, let answered, let known):
            writer.string("tooFewPods")
            writer.key("side")
            writer.string(side.rawValue)
            writer.key("answered")
            writer.integer(answered)
            writer.key("known")
            writer.integer(known)
        case .tooManyFailures(let side, let failed, let rounds):
            writer.string("tooManyFailures")
            writer.key("side")
            writer.string(side.rawValue)
            writer.key("failed")
            writer.integer(failed)
            writer.key("rounds")
            writer.integer(rounds)
        case .noIstioSeries: writer.string("noIstioSeries")
        case .nothingScraped: writer.string("nothingScraped")
        case .baseline: writer.string("baseline")
        case .source(let label, let message):
            writer.string("source")
            writer.key("label")
            writer.string(label)
            writer.key("message")
            writer.string(message)
        }
        writer.endObject()
    }
}
