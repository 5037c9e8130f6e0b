package import CanaryCore
import CanaryTelemetry
package import CanaryTransport

/// How far behind the present a server's answers are whole.
///
/// VictoriaMetrics repeats in a range what it had 30 seconds ago (`-search.latencyOffset`), whatever is asked. The query `time()`
/// shows it: where it is not the time of its own moment, the server repeats.
package enum ServerDelay {
    /// The spec with `delay` as long as the server needs, and a sentence if that is longer than the spec's own.
    ///
    /// A server that does not answer this keeps the spec's: the questions that follow will say why.
    package static func settled(
        _ spec: PrometheusSpec,
        http: HTTPClient,
        now: Timestamp
    ) async -> (spec: PrometheusSpec, note: String?) {
        let end = now.advanced(by: .zero - spec.delay)
        let step = Duration.seconds(1)
        let client = PrometheusClient(spec, http: http)
        let from = end.advanced(by: .zero - longest)
        guard let answer = try? await client.range("time()", from: from, to: end, step: step),
            let series = answer.series.first
        else { return (spec, nil) }
        let points = Array(zip(series.times, series.values))
        let good = points.last { time, value in (value * 1000 - Double(time)).magnitude < 500 }
        guard let good, good.0 + 1000 < end.milliseconds else { return (spec, nil) }
        var settled = spec
        settled.delay = now.since(Timestamp(milliseconds: good.0)) + step
        let note =
            "\(client.server) repeats old values for the last \(Phrase.duration(now.since(Timestamp(milliseconds: good.0)).inSeconds)): "
            + "it is asked that far behind the present (VictoriaMetrics: -search.latencyOffset)"
        return (settled, note)
    }

    private static let longest = Duration.seconds(120)
}
