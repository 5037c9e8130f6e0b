import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// The answer to one recorded window.
struct RecordedAnswer {
    var verdict: Verdict.Kind
    var decision: EngineDecision
    /// The canary's weight to use next, in percent.
    var weight: Double
    var weightInForce: Double?
    /// What the engine said; nil for a window that was not judged.
    var result: EngineResult?
    var promoteEdges: [Double] = []
    /// A reason from outside the engine: unusable telemetry, the absolute guard, or a metric of the user's own.
    var because: Reason?
    /// Metrics of the user's own; nil if there are none.
    var metrics: MetricReport?

    init(
        verdict: Verdict.Kind,
        decision: EngineDecision,
        weight: Double,
        weightInForce: Double? = nil,
        result: EngineResult? = nil,
        promoteEdges: [Double] = [],
        because: Reason? = nil,
        metrics: MetricReport? = nil
    ) {
        self.verdict = verdict
        self.decision = decision
        self.weight = weight
        self.weightInForce = weightInForce
        self.result = result
        self.promoteEdges = promoteEdges
        self.because = because
        self.metrics = metrics
    }

    /// Appends the object of design section 7, one line.
    ///
    /// Metrics of the user's own follow the others in `metrics`; the arrays by metric (`phi1`, `rho` and so on) and
    /// `logE` are the engine's alone. With any of them `ownLogE` is their evidence together and `ownThreshold` what it
    /// has to reach.
    func write(run: String, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("run")
        writer.string(run)
        writer.key("window")
        writer.integer(result?.window ?? 0)
        writer.key("verdict")
        writer.string(verdict.rawValue)
        writer.key("decision")
        writer.string(decision.rawValue)
        writer.key("weight")
        writer.double(weight)
        if let because {
            writer.key("reason")
            writer.string(because.text)
        }
        if let result { write(result, to: &writer) }
        writer.endObject()
        writer.endLine()
    }

    private func write(_ result: EngineResult, to writer: inout JSONLineWriter) {
        let (metrics, own) = (result.metrics, metrics)
        writer.key("logE")
        writer.double(result.logE)
        writer.key("logD")
        writer.double(result.logD)
        writer.key("metrics")
        writer.beginArray()
        for metric in metrics {
            writer.beginObject()
            writer.key("name")
            writer.string(metric.name)
            writer.key("edge")
            writer.double(metric.edge)
            writer.key("logE")
            writer.double(metric.logE)
            writer.key("penalty")
            writer.double(metric.penalty)
            writer.key("stable")
            write(metric.stableTotal, to: &writer)
            writer.key("canary")
            write(metric.canaryTotal, to: &writer)
            writer.endObject()
        }
        for finding in own?.findings ?? [] { VerdictJSON.write(finding, to: &writer) }
        writer.endArray()
        if let own {
            writer.key("ownLogE")
            writer.double(own.logE)
            writer.key("ownThreshold")
            writer.double(own.threshold)
        }
        writer.key("logEMetrics")
        write(metrics, \.logE, to: &writer)
        writer.key("phi1")
        write(metrics, \.phi1, to: &writer)
        writer.key("phi2")
        write(metrics, \.phi2, to: &writer)
        writer.key("load")
        writer.double(result.load)
        writer.key("gate")
        writer.double(result.gate)
        writer.key("kappa")
        writer.double(result.kappa)
        writer.key("penalty")
        write(metrics, \.penalty, to: &writer)
        writer.key("withoutBestPod")
        writer.double(result.withoutBestPod)
        writer.key("edges")
        writer.beginArray()
        for metric in metrics { if let edge = metric.edge { writer.double(edge) } }
        writer.endArray()
        writer.key("rho")
        write(metrics, \.rho, to: &writer)
        writer.key("delta")
        write(metrics, \.delta, to: &writer)
        writer.key("top")
        writer.double(result.top)
        writer.key("promoteEdges")
        writer.doubles(promoteEdges)
        writePromotion(result.promotion, to: &writer)
    }

    private func writePromotion(_ promotion: [[PromotionEvidence]], to writer: inout JSONLineWriter) {
        writer.key("logN")
        writer.beginArray()
        for row in promotion {
            writer.beginArray()
            for evidence in row { writer.double(evidence.logN) }
            writer.endArray()
        }
        writer.endArray()
        writer.key("latched")
        writer.beginArray()
        for row in promotion {
            writer.beginArray()
            for evidence in row { writer.bool(evidence.isLatched) }
            writer.endArray()
        }
        writer.endArray()
    }

    @inline(__always)
    private func write(
        _ metrics: [MetricEvidence],
        _ value: (MetricEvidence) -> Double,
        to writer: inout JSONLineWriter
    ) {
        writer.beginArray()
        for metric in metrics { writer.double(value(metric)) }
        writer.endArray()
    }

    private func write(_ count: EventCount, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("x")
        writer.double(count.x)
        writer.key("n")
        writer.double(count.n)
        writer.endObject()
    }
}
