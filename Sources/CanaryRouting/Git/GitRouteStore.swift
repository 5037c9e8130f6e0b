package import CanaryCore
package import CanaryYAML
import FoundationEssentials

/// A route in a file of a Git work tree, each of whose writes is committed.
///
/// A commit holds the route's file and nothing else, whatever is staged. The file has to be as it was committed, but for the
/// two weights, so that no change of somebody else's is committed with them. A step whose commit fails is undone; a rollback
/// stays in the file all the same, and the snapshot says that its commit is missing.
package actor GitRouteStore: RouteStore {
    package nonisolated let path: String

    private let files: FileRouteStore
    private let work: GitWorkTree
    /// The canary's name in messages.
    private let label: String
    /// The author of the last commit of a revision, which is asked for once.
    private var author: (revision: RouteRevision, name: String?)?
    /// Why the file is not committed.
    private var missingCommit: String?

    private init(path: String, files: FileRouteStore, work: GitWorkTree, label: String) {
        self.path = path
        self.files = files
        self.work = work
        self.label = label
    }

    /// Makes a store; refuses a file that is not in a work tree, not committed yet, or changed since, but for the weights.
    ///
    /// - Parameters:
    ///   - label: the canary's name, for the messages: `v2`.
    ///   - deadline: how long one call of git may take, its hooks included.
    package static func open(
        path: String,
        selection: RouteSelection,
        label: String,
        deadline: Duration = .seconds(30)
    ) async throws(RouteError) -> GitRouteStore {
        let files = FileRouteStore(path: path, selection: selection)
        _ = try await files.read()
        let work = try await GitWorkTree.find(path: path, deadline: deadline)
        let store = GitRouteStore(path: path, files: files, work: work, label: label)
        try await store.checkForeignChanges()
        return store
    }

    package func read() async throws(RouteError) -> RouteSnapshot {
        await described(try await files.read())
    }

    package func reading() async throws(RouteError) -> RouteReading {
        try await files.reading()
    }

    /// See `RouteStore` and `FileRouteStore`.
    package func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async throws(RouteError) -> RouteSnapshot
    {
        // A rollback is in the file before git is asked anything: git may take its time.
        let isRollback = plan.purpose == .rollback
        if !isRollback { try await checkForeignChanges() }
        let old = try files.text()
        let before = try await files.read()
        let written = try await files.apply(plan, expecting: revision)
        let isChanged = written.revision != before.revision
        guard isChanged || missingCommit != nil else { return await described(written) }
        if isRollback {
            do throws(RouteError) {
                try await checkForeignChanges(in: old, weights: before.weights)
            } catch {
                missingCommit = error.message
                return await described(written)
            }
        }
        if let failure = await work.commit(message: message(plan, written)) {
            guard isRollback else {
                try files.restore(old, over: written.revision)
                throw RouteError(
                    .unwritable,
                    "\(path) cannot be committed, and its weights were put back",
                    cause: failure,
                    hint: "correct what git says, or leave route.commit out",
                    disposition: .stop
                )
            }
            missingCommit = failure
        } else {
            missingCommit = nil
        }
        return await described(written)
    }

    /// The text that `apply` would write over the present content, for a dry run; nothing is written.
    package func preview(_ plan: WeightPlan) async throws(RouteError) -> String {
        try await files.preview(plan)
    }

    private func described(_ found: RouteSnapshot) async -> RouteSnapshot {
        var snapshot = found
        if author?.revision != found.revision { author = (found.revision, await work.lastAuthor()) }
        snapshot.writer = author?.name
        if missingCommit != nil, await work.isClean() { missingCommit = nil }
        if let missingCommit {
            snapshot.objection =
                "the weights are in \(path), but their commit is missing: \(missingCommit); "
                + "commit them by hand: \(work.commandLine)"
        }
        return snapshot
    }

    /// Refuses if the file differs from its last commit in more than the weights.
    private func checkForeignChanges() async throws(RouteError) {
        guard await !work.isClean() else { return }
        try await checkForeignChanges(in: try files.text(), weights: try await files.read().weights)
    }

    /// Refuses if a text of the file, with these weights, differs from the last commit in more than them.
    private func checkForeignChanges(in text: String, weights: RouteWeights) async throws(RouteError) {
        let committed = try await work.committedText()
        if committed.utf8.elementsEqual(text.utf8) { return }
        // An edit that cannot be made means that the texts differ in more.
        let edited = try? RouteEditor.edit(text: committed, selection: files.selection, to: weights)
        guard edited.map({ $0.utf8.elementsEqual(text.utf8) }) ?? false else {
            throw RouteError(
                .unwritable,
                "\(path) has changes that are not committed",
                hint: "commit or stash them, so that they are not committed with the weights: git diff -- \(path)",
                disposition: .stop
            )
        }
    }

    private func message(_ plan: WeightPlan, _ written: RouteSnapshot) -> String {
        let percent = SpecSyntax.rendered(plan.canaryPercent)
        return """
            canary \(files.selection.object): \(label) \(percent) % (\(plan.purpose.rawValue))

            Haldane-Route: \(work.name), \(written.place.split(separator: ": ").last ?? "")
            Haldane-Weights: stable \(written.weights.stable), canary \(written.weights.canary)
            """
    }
}
