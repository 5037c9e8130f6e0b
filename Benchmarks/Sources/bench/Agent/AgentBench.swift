import CanaryCore
import CanaryTestKit
import CanaryYAML
import Foundation
import Measuring

/// What one agent costs: while its canaries have nothing to do, and while many of them are rolled out at once.
///
/// Everything is said as it happens, and what does not happen in its time ends the measurement with what it waited for. It takes
/// about four minutes, of which two and a half are the thirty rounds that a run watches before its first step.
struct AgentBench {
    /// Canaries of the agent.
    var canaries = 1000
    /// How many of them are rolled out at once.
    var active = 200
    /// Measured so long, after everything has come to rest.
    var time = Duration.seconds(30)
    let binary: Program
    let folder: URL

    private static let interval = 5.0
    /// Of each version.
    private static let pods = 2
    /// Lines of a page that are the proxy's own.
    private static let ownLines = 300

    func run() async throws -> [BenchLine] {
        guard canaries > 0, active <= canaries else {
            throw Arguments.Fault(description: "--active wants at most as many as --canaries, which wants at least one")
        }
        let processor = ProcessorShare.separate()
        defer { ProcessorShare.join() }
        let services = FleetService.several(canaries).map { service in
            var service = service
            service.pods = [.v1: Self.pods, .v2: Self.pods]
            service.ownLines = Self.ownLines
            // So little that nothing is decided while it is measured.
            service.rate = 10
            return service
        }
        Machine.say("agent: \(canaries) canaries, \(active) of them rolled out at once")
        let rig = try AgentRig(services, binary, on: processor, in: folder)
        do {
            var lines = try await rest(rig)
            if active > 0 { lines += try await work(rig, Array(services.prefix(active))) }
            await rig.end()
            return lines
        } catch {
            await rig.end()
            throw error
        }
    }

    // MARK: Idle

    private func rest(_ rig: AgentRig) async throws -> [BenchLine] {
        let known = try await rig.wait(for: "canaries known", canaries, within: 60) { rig.phases["Idle"] ?? 0 }
        try await settle()
        let reading = try await AgentReading.take(rig, for: time)
        let page = try await rig.fetch("/")
        return show(
            "\(canaries) idle canaries",
            [
                BenchLine(what: "from start until all are known", measured: "\(known.text(1)) s"),
                BenchLine(
                    what: "resident memory of the agent",
                    measured: reading.memoryWords,
                    limit: "under 150 MB",
                    isMet: reading.megabytes > 0 && reading.peakMegabytes < 150
                ),
                BenchLine(
                    what: "share of one core",
                    measured: "\((reading.share * 100).text(2)) %",
                    limit: "under 5 %",
                    isMet: reading.share < 0.05
                ),
                BenchLine(what: "requests to the API server", measured: reading.requestWords),
                reading.scrapeLine,
                BenchLine(what: "the page", measured: "\((page.seconds * 1000).text(0)) ms, \(page.bytes / 1024) KiB"),
            ]
        )
    }

    // MARK: Active

    private func work(_ rig: AgentRig, _ services: [FleetService]) async throws -> [BenchLine] {
        let template = "5f6d7c8b92"
        let asked = rig.fleet.server.view.requestsMade
        for service in services { try rig.fleet.deploy(template, to: .v2, of: service) }
        let begun = try await rig.wait(for: "rollouts begun", active, within: 60) { rig.phases["Watching"] ?? 0 }
        let start = Date.now
        let opening = Double(rig.fleet.server.view.requestsMade - asked) / Double(active)
        try await rig.wait(for: "rollouts at their first step", active, within: 200) {
            rig.routes { $0.last ?? 0 > 0 }
        }
        try await settle()
        let reading = try await AgentReading.take(rig, for: time)
        let rounds = try RoundTimes(journals: rig.journals, since: start)
        let running = rig.phases["Progressing"] ?? 0

        rig.fleet.mesh.set(PodBehaviour(errors: 0.9), of: template)
        let back = try await rig.wait(for: "canaries at weight 0 after all went bad", canaries, within: 60) {
            rig.routes { $0 == [100, 0] }
        }
        let told = try await rig.wait(for: "rollouts that their status calls rolled back", active, within: 60) {
            rig.outcomes["rolledBack"] ?? 0
        }
        let wanted = Double(active * 2 * Self.pods) / Self.interval
        let scraped = Double(reading.pages) / reading.seconds
        return show(
            "\(active) rollouts at \(Self.interval.text(0)) s",
            [
                BenchLine(
                    what: "from new pods until all have begun",
                    measured: "\(begun.text(1)) s, \(opening.text(0)) requests each"
                ),
                BenchLine(
                    what: "share of one core, direct scraping included",
                    measured: "\((reading.share * 100).text(1)) %",
                    limit: "under 100 %",
                    isMet: reading.share < 0.95
                ),
                BenchLine(what: "resident memory of the agent", measured: reading.memoryWords),
                BenchLine(
                    what: "pages scraped a second",
                    measured: "\(scraped.text(1)); \(running) rollouts at a step",
                    limit: "at least \((wanted * 0.98).text(1))",
                    isMet: scraped >= wanted * 0.98 && running == active
                ),
                BenchLine(
                    what: "seconds from round to round",
                    measured: "median \(rounds.quantile(0.5).text(2)), 99 % up to \(rounds.quantile(0.99).text(2)), "
                        + "at most \(rounds.quantile(1).text(2)); \(rounds.gaps.count) rounds",
                    limit: "99 % up to 5.5",
                    isMet: rounds.quantile(0.99) <= 5.5 && rounds.runs == active
                ),
                BenchLine(what: "requests to the API server", measured: reading.requestWords),
                reading.scrapeLine,
                BenchLine(
                    what: "from 90 % errors everywhere to all routes back",
                    measured: "\(back.text(1)) s; all runs over after \((back + told).text(1)) s"
                ),
            ]
        )
    }

    /// Lets what has just begun come to rest.
    private func settle() async throws {
        Machine.say("  five seconds to come to rest, then measured for \(time.inSeconds.text(0)) s …")
        try await Task.sleep(for: .seconds(5))
    }

    /// Says the lines at once, and names what they are about for the table.
    private func show(_ subject: String, _ lines: [BenchLine]) -> [BenchLine] {
        for line in lines {
            Machine.say("  \(line.what): \(line.measured)" + (line.isMet ? "" : " — missed: \(line.limit ?? "")"))
        }
        return lines.map { line in
            var line = line
            line.what = "\(subject): \(line.what)"
            return line
        }
    }
}
