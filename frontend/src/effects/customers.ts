/** What customer mutations show on this phone until the server has settled them. */
import { initialsOf } from "../core/pinyin";
import { type Effects, put, set } from "../sync";

type Mine = Pick<Effects, "customers.create" | "customers.set_fields" | "customers.add_contact" | "customers.set_contact_fields" | "customers.set_position">;

export const customers: Mine = {
  "customers.create": (args, here) => [
    put("customer", {
      ...here.made(args.id),
      external_id: null,
      name: args.name,
      initials: initialsOf(args.name),
      kind: args.kind ?? null,
      tier: args.tier ?? null,
      owner_id: here.person_id,
      territory_id: null,
      address: args.address ?? null,
      city: args.city ?? null,
      region: args.region ?? null,
      country: null,
      phone: args.phone ?? null,
      lat: args.lat ?? null,
      lng: args.lng ?? null,
      datum: args.datum ?? null,
      note: args.note ?? null,
      facts: {},
      flags: [],
      merged_into_id: null,
    }),
    ...(args.contacts ?? []).map((contact, sort) =>
      put("contact", {
        ...here.made(contact.id),
        customer_id: args.id,
        name: contact.name,
        title: contact.title ?? null,
        phone: contact.phone ?? null,
        email: contact.email ?? null,
        sort,
      }),
    ),
  ],
  "customers.set_fields": ({ id, fields }) => [set("customer", id, typeof fields.name === "string" ? { ...fields, initials: initialsOf(fields.name) } : fields)],
  "customers.add_contact": (args, here) => [
    put("contact", {
      ...here.made(args.id),
      customer_id: args.customer_id,
      name: args.name,
      title: args.title ?? null,
      phone: args.phone ?? null,
      email: args.email ?? null,
      sort: 99,
    }),
  ],
  "customers.set_contact_fields": ({ id, fields }) => [set("contact", id, fields)],
  "customers.set_position": ({ id, lat, lng, datum }) => [set("customer", id, { lat, lng, datum })],
};
