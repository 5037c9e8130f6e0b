/// Writes the `metrics` of a recorded window.
///
/// ```json
/// [{"name":"checkout_failures","kind":"ratio","direction":"lower",
///   "stable":{"events":3,"total":475},"canary":{"events":2,"total":25}},
///  {"name":"basket_seconds","kind":"histogram","direction":"lower","bounds":[0.1,0.5,1],
///   "stable":{"counts":[300,20,4,0]},"canary":{"absent":"no series"}},
///  {"name":"queue_depth","kind":"gauge","direction":"lower",
///   "stable":{"samples":8,"mean":3.5},"canary":{"samples":2,"mean":4}}]
/// ```
enum MetricWindowEncoder {
    static func write(_ metrics: [MetricWindow], _ writer: inout JSONLineWriter) {
        writer.beginArray()
        for metric in metrics {
            writer.beginObject()
            writer.key("name")
            writer.string(metric.name)
            writer.key("kind")
            writer.string(metric.kind.rawValue)
            writer.key("direction")
            writer.string(metric.direction.rawValue)
            if metric.kind == .histogram {
                writer.key("bounds")
                writer.doubles(metric.bounds)
            }
            writer.key("stable")
            write(metric.stable, &writer)
            writer.key("canary")
            write(metric.canary, &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ side: MetricSide, _ writer: inout JSONLineWriter) {
        writer.beginObject()
        switch side {
        case .absent(let reason):
            writer.key("absent")
            writer.string(reason)
        case .ratio(let ratio):
            writer.key("events")
            writer.double(ratio.events)
            writer.key("total")
            writer.double(ratio.total)
        case .histogram(let buckets):
            writer.key("counts")
            writer.doubles(buckets.counts)
        case .gauge(let gauge):
            writer.key("samples")
            writer.double(gauge.samples)
            writer.key("mean")
            writer.double(gauge.mean)
        }
        writer.endObject()
    }
}
