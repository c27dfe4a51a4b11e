import { readCatalog } from '../../catalog/read-catalog.ts'
import { type ActiveCheck, activeChecks, type Defect, examine } from '../../checks/examine.ts'
import type { Severity } from '../../findings/finding.ts'
import type { SchemaModel } from '../../model/schema-model.ts'
import { assumeTenancy } from '../../policy/assume-tenancy.ts'
import { Isolation } from '../../policy/isolation.ts'
import { RoutineBodies } from '../../policy/routines.ts'
import type { TenancyDeclaration } from '../../tenancy/declaration.ts'
import { type CatalogDigest, CatalogDigests } from './catalog-digest.ts'
import type { ServerConnection } from './server-connection.ts'

/** Under what a schema is judged. */
export interface Judgement {
  readonly tenancy: TenancyDeclaration
  readonly severities: Readonly<Record<string, Severity | 'off'>>
}

/** What the catalogs hold before a migration, and what is wrong after it that was not before. */
export class Verification {
  readonly #server: ServerConnection
  readonly #judgement: Judgement
  readonly #digests: CatalogDigests
  readonly #before: SchemaModel

  private constructor(
    server: ServerConnection,
    judgement: Judgement,
    digests: CatalogDigests,
    before: SchemaModel,
  ) {
    this.#server = server
    this.#judgement = judgement
    this.#digests = digests
    this.#before = before
  }

  static async begin(
    server: ServerConnection,
    judgement: Judgement,
    inTransaction: boolean,
  ): Promise<Verification> {
    const digests = await CatalogDigests.of(server)
    const before = await readCatalog(server, { inTransaction })
    return new Verification(server, judgement, digests, before)
  }

  digest(): Promise<CatalogDigest> {
    return this.#digests.read()
  }

  /** The errors that are new. Old ones under the tenancy of now are those of the schema of before. */
  async newErrors(inTransaction: boolean): Promise<readonly Defect[]> {
    const after = await readCatalog(this.#server, { inTransaction })
    const { tenancy } = assumeTenancy(after, this.#judgement.tenancy)
    const errorsOf = (model: SchemaModel) =>
      examine(this.#errors(), tenancy, new Isolation(model, tenancy, new RoutineBodies()), null)
    const found = errorsOf(after)
    if (found.size === 0) return []
    const old = errorsOf(this.#before)
    return [...found.values()].filter((defect) => isNew(defect, old.get(defect.key)))
  }

  #errors(): readonly ActiveCheck[] {
    return activeChecks(this.#judgement.severities).filter(({ severity }) => severity === 'error')
  }
}

/** The same subject with another defect is new: the message tells what it is. */
function isNew({ found }: Defect, old: Defect | undefined): boolean {
  return old === undefined || old.found.message !== found.message
}
