package import CanaryCore

/// Finds the request of an operator that is still to be answered.
///
/// The annotations are text of others: bounded, read strictly, and never trusted with who wrote them; that `by` is the user who
/// wrote them is the admission policy's business.
package enum RequestReader {
    /// What the annotations ask for.
    package enum Reading: Sendable, Hashable {
        /// None, or it is answered.
        case nothing
        /// To be done. One whose answer is `pending` is given again, so that another process goes on with it: whoever is at it
        /// already remembers its id.
        case request(CanaryRequest)
        /// Not to be done: put this answer into the status.
        case refused(CanaryStatus.RequestAnswer)
    }

    /// Older requests were meant for another moment.
    package static let patience = Duration.seconds(600)
    /// What takes traffic off the canary, or keeps it from getting more, is not forgotten while no agent is alive: whoever goes on
    /// with the run that it was asked of obeys it.
    package static let carefulPatience = Duration.seconds(86_400)

    /// How old a request may be when it is first read.
    package static func patience(with verb: CanaryRequest.Verb) -> Duration {
        switch verb {
        case .rollback, .pause: carefulPatience
        case .promote, .resume, .retry: patience
        }
    }
    static let longest = 4096

    /// - Parameter answered: `status.request` as it is in the cluster.
    package static func read(
        _ annotations: [String: String],
        answered: CanaryStatus.RequestAnswer?,
        at now: Timestamp
    ) -> Reading {
        let members = RequestAnnotations.members(of: annotations)
        guard !members.isEmpty else { return .nothing }
        switch parse(members) {
        case .failure(let fault):
            guard answered?.id != fault.id else { return .nothing }
            return .refused(
                CanaryStatus.RequestAnswer(
                    id: fault.id,
                    verb: "?",
                    result: .refused,
                    message:
                        "the annotations \(RequestAnnotations.prefix)… are no request: \(fault.cause); use `haldane` to write them",
                    by: "",
                    at: now
                )
            )
        case .success(let request):
            if let answered, answered.id == request.id {
                return answered.result == .pending ? .request(request) : .nothing
            }
            let age = now.since(request.at)
            guard age <= patience(with: request.verb) else {
                let words =
                    "it was asked \(Phrase.duration(age.inSeconds)) ago (\(request.at.rfc3339) by the clock of who asked, "
                    + "\(now.rfc3339) now), when things were different; ask again, and if that is refused as well, set the clock of the "
                    + "machine it is asked on"
                return .refused(request.answer(.refused, words, at: now))
            }
            guard age >= .zero - patience else {
                let words =
                    "its time is \(Phrase.duration(-age.inSeconds)) ahead of the agent's clock; set the clocks, ask again"
                return .refused(request.answer(.refused, words, at: now))
            }
            return .request(request)
        }
    }

    private struct Fault: Error {
        /// Of the request, or made of its text.
        var id: String
        var cause: String
    }

    private static func parse(_ members: [String: String]) -> Result<CanaryRequest, Fault> {
        guard members.values.allSatisfy({ $0.utf8.count <= longest }) else {
            return .failure(Fault(id: digest(members), cause: "one of them has more than \(longest) bytes"))
        }
        guard let id = members["id"], isID(id) else {
            return .failure(Fault(id: digest(members), cause: "there is no id of 8 to 64 of a-z, 0-9 and '-'"))
        }
        guard let verb = members["verb"].flatMap(CanaryRequest.Verb.init(rawValue:)) else {
            let verbs = CanaryRequest.Verb.allCases.map(\.rawValue).joined(separator: ", ")
            return .failure(Fault(id: id, cause: "the verb is none of \(verbs)"))
        }
        guard let at = members["at"].flatMap({ Timestamp(iso8601: $0) }) else {
            return .failure(Fault(id: id, cause: "there is no time 'at'"))
        }
        let by = PlainLine.of(members["by"] ?? "", limit: 253)
        guard !by.isEmpty else { return .failure(Fault(id: id, cause: "it is not said by whom")) }
        let isForced = verb == .promote && members["force"] == "true"
        return .success(
            CanaryRequest(
                id: id,
                verb: verb,
                force: isForced,
                target: isForced ? members["target"] : nil,
                reason: PlainLine.of(members["reason"] ?? "", limit: 500),
                by: by,
                at: at
            )
        )
    }

    private static func isID(_ text: String) -> Bool {
        (8...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
    }

    /// FNV-1a of what has no id of its own, so that it is answered once.
    private static func digest(_ members: [String: String]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for (name, text) in members.sorted(by: { $0.key < $1.key }) {
            for byte in "\(name)=\(text)\n".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return "text-" + String(hash, radix: 16)
    }
}
