/// The style and script of every page, compiled in from `page.css` and `page.js`.
enum PageAssets {
    static var style: String { String(decoding: PackageResources.page_css, as: UTF8.self) }
    static var script: String { String(decoding: PackageResources.page_js, as: UTF8.self) }
}
