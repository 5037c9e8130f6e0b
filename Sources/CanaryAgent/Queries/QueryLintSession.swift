package import CanaryCore
import CanaryQueries
package import CanaryReport
package import CanarySources
import CanaryTelemetry

/// Checks a folder of queries, or those in the binary, and asks a real server what it thinks of them.
package struct QueryLintSession: Sendable {
    private let folder: String?
    private let podLabel: String

    /// - Parameters:
    ///   - folder: a user's; nil checks the queries in the binary.
    ///   - podLabel: the name of the label that tells pods apart, for questions to a server.
    package init(folder: String?, podLabel: String = "pod") {
        self.folder = folder
        self.podLabel = podLabel
    }

    /// - Parameters:
    ///   - client: the server to ask; nil asks none.
    ///   - at: the moment to ask for.
    /// - Throws: if the folder cannot be read.
    package func run(asking client: PrometheusClient?, at: Timestamp) async throws(AgentError) -> QueryLintReport {
        let builtIn = try QueryFolder.load(nil)
        var findings: [QueryFinding]
        var usable: [CanaryQuery] = []
        var count = builtIn.queries.count
        if let folder {
            let files = try QueryFolder.files(in: folder)
            findings = builtIn.lint(files)
            count = files.count
            let broken = Set(findings.lazy.filter { $0.severity == .error }.map(\.error.name))
            for file in files where !broken.contains(file.name) {
                // One that cannot be read is among the broken.
                if let query = try? CanaryQuery(name: file.name, text: file.text) { usable.append(query) }
            }
        } else {
            findings = builtIn.lint()
            usable = builtIn.queries
        }
        var report = QueryLintReport(queries: count, findings: [], server: client?.server)
        if let client { findings += await ask(client, usable, at, &report) }
        report.findings = findings.map(finding)
        return report
    }

    private func ask(
        _ client: PrometheusClient,
        _ queries: [CanaryQuery],
        _ at: Timestamp,
        _ report: inout QueryLintReport
    ) async -> [QueryFinding] {
        var findings: [QueryFinding] = []
        for query in queries {
            let holes = sampleHoles
            do {
                let answer = try await client.instant(try query.filled(holes), at: at)
                if !answer.series.isEmpty { report.answered += 1 }
                if let fault = AnswerCheck.fault(of: answer, query.labels(holes)) {
                    findings.append(QueryFinding(.error, .server, place(query, fault)))
                }
                for warning in answer.summary.warnings + answer.summary.infos {
                    findings.append(QueryFinding(.warning, .server, place(query, "the server warns: \(warning)")))
                }
            } catch let error as SourceError where error.code == .badQuery {
                let cause = error.cause ?? error.message
                findings.append(QueryFinding(.error, .server, place(query, "the server refuses it: \(cause)")))
            } catch let error as SourceError where error.code == .tooMuch || error.code == .timedOut {
                let cause = error.cause.map { ": \($0)" } ?? ""
                let message = "the server cannot answer it for all of its data: \(error.message)\(cause)"
                findings.append(QueryFinding(.warning, .server, place(query, message)))
            } catch let error as SourceError {
                report.serverFault = error.cause.map { "\(error.message): \($0)" } ?? error.message
                return findings
            } catch let error as QueryError {
                findings.append(QueryFinding(.error, .hole, error))
            } catch {
                findings.append(QueryFinding(.error, .server, place(query, "\(error)")))
            }
        }
        return findings
    }

    private func place(_ query: CanaryQuery, _ message: String) -> QueryError {
        QueryError(name: query.name, line: query.expressionLine, message: message)
    }

    private func finding(_ finding: QueryFinding) -> QueryLintReport.Finding {
        QueryLintReport.Finding(
            isError: finding.severity == .error,
            rule: finding.rule.rawValue,
            query: finding.error.name,
            file: folder.map { QueryFolder.place(of: finding.error.name, in: $0) } ?? finding.error.name + ".promql",
            line: finding.error.line,
            column: finding.error.column,
            message: finding.error.message,
            hint: finding.error.hint
        )
    }

    /// Any version of any service, so that what the server has is asked for.
    private var sampleHoles: [String: QueryHole] {
        let any = QueryHole.matchers("destination_workload=~\".+\"")
        return [
            "reporter": .text("destination"), "cohorts": any, "stable": any, "canary": any, "cohort": any,
            "match": .matchers(""), "services": .matchers("destination_service=~\".+\""), "namespace": .text("default"),
            "version": .matchers("\(podLabel)=~\".+\""), "pod": .label(podLabel), "period": .duration(.seconds(300)),
        ]
    }
}
