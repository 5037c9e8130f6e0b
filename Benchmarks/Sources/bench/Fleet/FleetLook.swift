import CanaryCore
import CanaryQueries
import CanarySources
import CanaryTelemetry
import CanaryTransport
import CanaryYAML
import Foundation
import Glibc

/// One look at a fleet in a process of its own: routes from a file, telemetry from a server, evidence in memory.
struct FleetLook {
    /// What it cost, as one line of JSON.
    struct Cost: Codable {
        var services: Int
        var judged: Int
        var windows: Int
        var samples: Int
        var questions: Int
        var megabytes: Double
        /// Reading the routes.
        var inventorySeconds: Double
        /// The whole look.
        var seconds: Double
        /// Of the processor.
        var processorSeconds: Double
        /// Getting the same answers and reading nothing of them.
        var drainSeconds: Double
        var peakMegabytes: Double
    }

    let url: String
    let routes: String

    private static let now = Timestamp(milliseconds: 1_756_700_000_000)

    func run() async throws -> Cost {
        let http = HTTPClient()
        let clock = ContinuousClock()
        let begin = clock.now
        var reader = FleetReader()
        reader.add(text: try String(contentsOfFile: routes, encoding: .utf8), file: routes)
        let inventory = reader.inventory()
        let inventorySeconds = begin.duration(to: clock.now).inSeconds

        let spec = PrometheusSpec(url: url, timeout: .seconds(120))
        let client = PrometheusClient(spec, http: http)
        let questions = try FleetQuestions(.builtIn(), podLabel: "pod", reporter: .destination)
        let moments: [Timestamp?] = inventory.subjects.map { _ in nil }
        let plan = FleetPlan(since: moments, now: Self.now)
        let before = Self.processorSeconds
        let start = clock.now
        let telemetry = FleetTelemetry(client: client, questions: questions)
        let reading = await telemetry.read(inventory.subjects, since: moments, plan: plan)
        let seconds = start.duration(to: clock.now).inSeconds
        let used = Self.processorSeconds - before
        let peak = Self.peakMegabytes

        if let fault = reading.evidence.compactMap(\.fault).first { throw Failure(description: fault.text) }
        let (bytes, drain) = try await drain(http, questions, plan)
        await http.shutdown()
        return Cost(
            services: inventory.subjects.count,
            judged: reading.evidence.count { !$0.windows.isEmpty },
            windows: plan.grid.windows,
            samples: reading.samples,
            questions: reading.questions,
            megabytes: Double(bytes) / 1e6,
            inventorySeconds: inventorySeconds,
            seconds: seconds,
            processorSeconds: used,
            drainSeconds: drain,
            peakMegabytes: peak
        )
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// The same requests, with answers that are thrown away: what the server and the network take.
    private func drain(
        _ http: HTTPClient,
        _ questions: FleetQuestions,
        _ plan: FleetPlan
    ) async throws -> (bytes: Int, seconds: Double) {
        let clock = ContinuousClock()
        let start = clock.now
        var bytes = 0
        for back in [0] + FleetTelemetry.past.map(\.milliseconds) {
            let grid = plan.grid.shifted(back: back)
            for question in [questions.requests, questions.buckets, questions.sampleTimes, questions.copies].compactMap({ $0 }) {
                let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "_"))
                let escaped = question.text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
                let form =
                    "query=\(escaped)&start=\(grid.start / 1000)&end=\(grid.end / 1000)&step=\(grid.step / 1000)"
                var request = HTTPRequest(method: "POST", url: url + "/api/v1/query_range", body: Array(form.utf8))
                request.headers = [HTTPHeader(name: "Content-Type", value: "application/x-www-form-urlencoded")]
                request.deadline = .seconds(120)
                let stream = try await http.stream(request, idle: .seconds(120))
                while let piece = try await stream.next() { bytes += piece.count }
            }
        }
        return (bytes, start.duration(to: clock.now).inSeconds)
    }

    private static var processorSeconds: Double {
        var usage = rusage()
        guard getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    private static var peakMegabytes: Double {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Double($0) }
        return (kilobytes ?? 0) / 1024
    }
}
