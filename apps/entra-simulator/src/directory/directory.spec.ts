import { describe, expect, it } from 'vitest';
import { foundCompany } from './directory.js';

describe('a company', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(foundCompany(1, 60).all).toEqual(foundCompany(1, 60).all);
    expect(foundCompany(2, 60).all).not.toEqual(foundCompany(1, 60).all);
  });

  it('has one chief, and everybody else a manager who was there before', () => {
    const company = foundCompany(1, 250);
    const places = new Map(company.all.map((person, place) => [person.objectId, place]));
    expect(company.all).toHaveLength(250);
    expect(company.all.filter((person) => person.manager === null)).toHaveLength(1);
    expect(
      company.all.every((person, place) => person.manager === null || (places.get(person.manager) ?? place) < place),
    ).toBe(true);
  });

  it('gives nobody the address of another', () => {
    const company = foundCompany(1, 250);
    expect(new Set(company.all.map((person) => person.userPrincipalName)).size).toBe(250);
    expect(company.all.every((person) => /^[a-z]+\.[a-z]+\d*@[a-z.]+$/.test(person.userPrincipalName))).toBe(true);
  });

  it('knows who changed after a revision', () => {
    const company = foundCompany(1, 40);
    const { revision } = company;
    const [chief, next] = company.all;
    company.change(next?.objectId ?? '', { jobTitle: 'President' });
    expect(company.changedSince(revision)).toEqual([{ ...next, jobTitle: 'President' }]);
    expect(company.changedSince(0)).toHaveLength(40);
    expect(company.people.get(chief?.objectId ?? '')).toBe(chief);
  });
});
