import CanaryCore
import CanaryTelemetry

/// What `simulate` says when it begins to serve.
package struct MeshAnnouncement: Sendable {
    package var scenario: String
    package var targets: [String]
    package var spec: String

    package init(scenario: String, targets: [String], spec: String) {
        self.scenario = scenario
        self.targets = targets
        self.spec = spec
    }

    package var text: String {
        let pages = targets.map { "  \($0)\n" }.joined()
        return
            "simulating \(scenario): \(Figures.plural(targets.count, "page"))\n\(pages)spec: \(spec)\ntry: haldane run \(spec)\n"
    }

    /// One object and a newline: `haldane.simulate/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.simulate/1")
        writer.key("event")
        writer.string("listening")
        writer.key("scenario")
        writer.string(scenario)
        writer.key("targets")
        writer.strings(targets)
        writer.key("spec")
        writer.string(spec)
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}

/// What `simulate` says when it ends: the truth.
package struct MeshTotals: Sendable {
    package var scenario: String
    package var nature: String
    package var seconds: Double
    package var stable: (requests: Int, failed: Int)
    package var canary: (requests: Int, failed: Int)

    package init(
        scenario: String,
        nature: String,
        seconds: Double,
        stable: (requests: Int, failed: Int),
        canary: (requests: Int, failed: Int)
    ) {
        self.scenario = scenario
        self.nature = nature
        self.seconds = seconds
        self.stable = stable
        self.canary = canary
    }

    package var text: String {
        func words(_ counts: (requests: Int, failed: Int)) -> String {
            "\(Phrase.count(counts.requests)) requests, \(Phrase.count(counts.failed)) failed"
        }
        return
            "after \(Phrase.duration(seconds.rounded())) (virtual): v2 \(nature)\n  v1  \(words(stable))\n  v2  \(words(canary))\n"
    }

    /// One object and a newline: `haldane.simulate/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.simulate/1")
        writer.key("event")
        writer.string("ended")
        writer.key("scenario")
        writer.string(scenario)
        writer.key("nature")
        writer.string(nature)
        writer.key("seconds")
        writer.double(seconds)
        writer.key("requests")
        writer.beginObject()
        writer.key("stable")
        writer.integer(stable.requests)
        writer.key("canary")
        writer.integer(canary.requests)
        writer.endObject()
        writer.key("failures")
        writer.beginObject()
        writer.key("stable")
        writer.integer(stable.failed)
        writer.key("canary")
        writer.integer(canary.failed)
        writer.endObject()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}
