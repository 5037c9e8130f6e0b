package import CanaryCore
package import CanaryYAML

/// A route in a YAML file.
///
/// The revision is a hash of the whole content. A write happens only over the revision it expects, only after the
/// proof that nothing but the weights differs, and by rename: the file is whole and valid at every moment. The file
/// keeps its mode and owner and a link stays a link; hard links and extended attributes are lost, as with any
/// replacing editor.
package struct FileRouteStore: RouteStore {
    package let path: String
    package let selection: RouteSelection

    package init(path: String, selection: RouteSelection) {
        self.path = path
        self.selection = selection
    }

    package func read() async throws(RouteError) -> RouteSnapshot {
        try snapshot(try RouteFile(path: path).read())
    }

    /// See `RouteStore`. Weights that already give the planned share are left as they are, also if they are not
    /// written out.
    package func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async throws(RouteError) -> RouteSnapshot
    {
        let file = RouteFile(path: path)
        let found = try file.read()
        guard ContentHash.revision(of: found.bytes) == revision else {
            throw RouteError(
                .conflict,
                "\(path) was changed by someone else since it was read",
                hint: "look at the change; the next decision is made on it",
                disposition: .retry
            )
        }
        let now = try snapshot(found)
        if RouteWeights(canaryPercent: plan.canaryPercent, sum: now.weights.sum) == now.weights { return now }
        let text = try edited(found.text, plan)
        try file.replace(found, with: text)
        let written = try file.read()
        guard written.text.utf8.elementsEqual(text.utf8) else {
            throw RouteError(
                .conflict,
                "\(path) was changed by someone else right after it was written",
                disposition: .retry
            )
        }
        return try snapshot(written)
    }

    /// The rule with its destinations, for a spec that leaves them out.
    package func reading() async throws(RouteError) -> RouteReading {
        let contents = try RouteFile(path: path).read()
        do {
            return try RouteReader.read(text: contents.text, selection: selection)
        } catch {
            throw named(error)
        }
    }

    /// The file's present text.
    func text() throws(RouteError) -> String {
        try RouteFile(path: path).read().text
    }

    /// Puts an earlier text back, unless the file has changed since a revision.
    func restore(_ text: String, over revision: RouteRevision) throws(RouteError) {
        let file = RouteFile(path: path)
        let found = try file.read()
        guard ContentHash.revision(of: found.bytes) == revision else {
            throw RouteError(
                .conflict,
                "\(path) was changed by someone else right after it was written",
                disposition: .retry
            )
        }
        try file.replace(found, with: text)
    }

    /// The text that `apply` would write over the present content, for a dry run; nothing is written.
    package func preview(_ plan: WeightPlan) async throws(RouteError) -> String {
        try edited(try RouteFile(path: path).read().text, plan)
    }

    private func edited(_ text: String, _ plan: WeightPlan) throws(RouteError) -> String {
        do {
            return try RouteEditor.edit(text: text, selection: selection, canaryPercent: plan.canaryPercent)
        } catch {
            throw named(error)
        }
    }

    private func snapshot(_ contents: RouteFile.Contents) throws(RouteError) -> RouteSnapshot {
        do {
            let reading = try RouteReader.read(text: contents.text, selection: selection)
            return RouteSnapshot(
                revision: ContentHash.revision(of: contents.bytes),
                weights: reading.weights,
                place: "\(path): \(reading.place)",
                reach: reading.reach
            )
        } catch {
            throw named(error)
        }
    }

    private func named(_ error: RouteError) -> RouteError {
        var error = error
        error.message = "\(path): \(error.message)"
        return error
    }
}
