extension CalibrationReport {
    /// Ensemble maps and the realizations that stand for the ensemble.
    func mapsSection(_ builder: inout PageBuilder) -> PageSection? {
        let order = ["best", "median", "most different"]
        let chosen =
            order.compactMap { role in members.first { $0.role == role } }
            + members.filter { member in member.role.map { !order.contains($0) } ?? false }
        guard !maps.isEmpty || !chosen.isEmpty else { return nil }
        var content: Markup = ""
        if !maps.isEmpty {
            // One scale for each quantity, so that prior and calibrated compare.
            let scales = MapScale.shared(by: maps)
            let drawn = maps.map { builder.place(.map($0), scale: scales[$0.quantity.kind]) }
            content = "<div class=\"plots maps\">\(drawn)</div>\(Self.wellLegend)"
        }
        if !chosen.isEmpty {
            let gallery = chosen.map { self.gallery(of: $0, &builder) }
            content = "\(content)<h3>Representative realizations</h3><div class=\"members\">\(gallery)</div>"
        }
        return PageSection(identifier: "maps", title: "Maps", content: content)
    }

    private func gallery(of member: MemberPanel, _ builder: inout PageBuilder) -> Markup {
        let scales = MapScale.shared(by: members.flatMap(\.maps))
        let drawn = member.maps.map { builder.place(.map($0), scale: scales[$0.quantity.kind]) }
        let role = member.role.map { $0.prefix(1).uppercased() + $0.dropFirst() } ?? ""
        let single: Markup = drawn.count == 1 ? " single" : ""
        return """
            <div><h4>\(role): realization \(member.realization)</h4><div class="plots\(single)">\(drawn)</div></div>

            """
    }

    static let wellLegend: Markup =
        "<p class=\"muted\">Wells: filled circles produce, open circles inject.</p>"
}
